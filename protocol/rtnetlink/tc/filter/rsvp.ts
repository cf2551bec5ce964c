import { attributes, ip, pad, s32, struct, u8, u32 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'

const tcRsvpGpi = struct('tc_rsvp_gpi', { key: u32, mask: u32, offset: s32 })

/** Sessions of RSVP, until Linux 6.2: `rsvp`, `rsvp6`. <linux/pkt_cls.h> */
export const rsvp = attributes('TCA_RSVP', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  dst: [2, ip],
  src: [3, ip],
  pinfo: [
    4,
    struct('tc_rsvp_pinfo', {
      dpi: tcRsvpGpi,
      spi: tcRsvpGpi,
      protocol: u8,
      tunnelid: u8,
      tunnelhdr: u8,
      pad: pad(1)
    })
  ],
  police: [5, police],
  act: [6, actions]
})
