/** States that a `ct timeout` has seconds for, the attribute of each, and what nft takes for usual. */
interface State {
  readonly name: string
  readonly key: string
  readonly usual: number
}

const state = (name: string, key: string, usual: number): State => ({ name, key, usual })

const states: { readonly [protocol: string]: ReadonlyArray<State> } = {
  tcp: [
    state('syn_sent', 'synSent', 120),
    state('syn_recv', 'synRecv', 60),
    state('established', 'established', 432_000),
    state('fin_wait', 'finWait', 120),
    state('close_wait', 'closeWait', 60),
    state('last_ack', 'lastAck', 30),
    state('time_wait', 'timeWait', 120),
    state('close', 'close', 10),
    state('syn_sent2', 'synSent2', 120),
    state('retrans', 'retrans', 300),
    state('unack', 'unack', 300)
  ],
  udp: [state('unreplied', 'unreplied', 30), state('replied', 'replied', 180)]
}

export const timeoutStates = (protocol: string): ReadonlyArray<string> =>
  (states[protocol] ?? []).map(({ name }) => name)

/** Seconds by the names of states, without those that are usual. */
export const policyOf = (
  protocol: string,
  data: { readonly [key: string]: unknown }
): { readonly [state: string]: number } =>
  Object.fromEntries(
    (states[protocol] ?? []).flatMap(({ name, key, usual }) => {
      const seconds = data[key]
      return typeof seconds === 'number' && seconds !== usual ? [[name, seconds] as const] : []
    })
  )

/** Attributes for all states: those that the policy leaves out have the usual time. */
export const policyData = (
  protocol: string,
  policy: { readonly [state: string]: number }
): { readonly [key: string]: number } =>
  Object.fromEntries((states[protocol] ?? []).map(({ name, key, usual }) => [key, policy[name] ?? usual]))
