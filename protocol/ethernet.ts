/** What a frame carries. <linux/if_ether.h> */
export const ETH_P = {
  ALL: 0x0003,
  IP: 0x0800,
  ARP: 0x0806,
  '8021Q': 0x8100,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  '8021AD': 0x88a8,
  LLDP: 0x88cc
} as const
