import { readFileSync } from 'node:fs'

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

/** The port of a service, out of /etc/services. */
export const serviceNumber = (name: string): number | undefined => {
  for (const line of linesOf('/etc/services')) {
    const [official, port, ...others] = line.replace(/#.*/, '').trim().split(/\s+/)
    const [, number] = /^(\d{1,5})\//.exec(port ?? '') ?? []
    if (number !== undefined && [official, ...others].includes(name)) return Number(number)
  }
  return undefined
}
