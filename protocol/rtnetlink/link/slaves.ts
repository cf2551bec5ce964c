// What a master keeps of an interface, by the master's kind, and by the name that `ip link set … type` takes.
export { bondSlave as bond, bondSlave as bond_slave } from './bond'
export { bridgePort as bridge, bridgePort as bridge_slave } from './bridge-port'
export { vrfPort as vrf, vrfPort as vrf_slave } from './vrf'
