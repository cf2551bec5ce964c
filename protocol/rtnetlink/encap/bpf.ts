import { attributes, string, u32 } from '../../definition'

const program = attributes('LWT_BPF_PROG', {
  /** The loaded program's file descriptor. */
  fd: [1, u32],
  /** Only for people to read. */
  name: [2, string]
})

/** Programs that packets of a route run through: `encap bpf`. <linux/lwtunnel.h> */
export const bpf = attributes('LWT_BPF', {
  in: [1, program],
  out: [2, program],
  xmit: [3, program],
  /** Bytes that `xmit` may add in front of a packet, at most 256. */
  xmitHeadroom: [4, u32]
})
