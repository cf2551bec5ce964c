import { attributes, s32, u8, u32 } from '../../definition'

/** The BPF program that sees packets first: `ip link set … xdp`. <linux/if_link.h> */
export const xdp = attributes('IFLA_XDP', {
  /** The program to attach, -1 detaches. */
  fd: [1, s32],
  /** Where a program is attached, XDP_ATTACHED_*. */
  attached: [2, u8],
  /** XDP_FLAGS_* bits. */
  flags: [3, u32],
  progId: [4, u32],
  drvProgId: [5, u32],
  skbProgId: [6, u32],
  hwProgId: [7, u32],
  /** With XDP_FLAGS_REPLACE: the program that must be there now. */
  expectedFd: [8, s32]
})

/** How to attach a program. <linux/if_link.h> */
export const XDP_FLAGS = {
  UPDATE_IF_NOEXIST: 1,
  SKB_MODE: 2,
  DRV_MODE: 4,
  HW_MODE: 8,
  REPLACE: 16
} as const

/** Where a program is attached. <linux/if_link.h> */
export const XDP_ATTACHED = { NONE: 0, DRV: 1, SKB: 2, HW: 3, MULTI: 4 } as const
