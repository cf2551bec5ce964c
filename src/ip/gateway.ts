/** Why the kernel refuses a gateway, and what to do. */
export const unreachableGateway =
  'the gateway is not on the network of any address of the link; add the address first, or say onlink'
