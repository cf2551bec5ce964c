import { attributes, bytes, u32 } from '../../../definition'

/** Flows as ATM circuits, until Linux 6.2; options are of its classes. <linux/pkt_sched.h> */
export const atm = attributes('TCA_ATM', {
  /** A socket's file descriptor. */
  fd: [1, u32],
  ptr: [2, bytes],
  /** Header that packets get. */
  hdr: [3, bytes],
  /** Handle of the class for what exceeds the circuit; 0 marks it. */
  excess: [4, u32],
  /** struct sockaddr_atmpvc; in answers only. */
  addr: [5, bytes],
  /** ATM_VS_*; in answers only. */
  state: [6, u32]
})
