import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** The lines of one of the machine's databases of names; none where there is no such file. <nsswitch.conf(5)> */
const linesOf = (path: string): ReadonlyArray<string> => {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** The third of the fields of the line that begins with a name. */
const accountNumber = (path: string, name: string): number | undefined => {
  const [, , number] =
    linesOf(path)
      .map(line => line.split(':'))
      .find(([first]) => first === name) ?? []
  return number !== undefined && /^\d{1,10}$/.test(number) ? Number(number) : undefined
}

/** The number of a user, out of /etc/passwd. */
export const userNumber = (name: string): number | undefined => accountNumber('/etc/passwd', name)

/** The number of a group, out of /etc/group. */
export const groupNumber = (name: string): number | undefined => accountNumber('/etc/group', name)

/** The only address of a family that a host has, out of /etc/hosts. */
export const hostAddress = (name: string, family: 4 | 6): string | undefined => {
  const found = new Set<string>()
  for (const line of linesOf('/etc/hosts')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(address) === family && names.includes(name)) found.add(address)
  }
  const [only, another] = found
  return another === undefined ? only : undefined
}

/** The port of a service, out of /etc/services. */
export const serviceNumber = (name: string): number | undefined => {
  for (const line of linesOf('/etc/services')) {
    const [official, port, ...others] = line.replace(/#.*/, '').trim().split(/\s+/)
    const [, number] = /^(\d{1,5})\//.exec(port ?? '') ?? []
    if (number !== undefined && [official, ...others].includes(name)) return Number(number)
  }
  return undefined
}
