import { isName } from '../cursor'
import { big, type Check, type Fault, faultIn, lackIn, text, word } from '../described'
import { families, type TableRef } from '../family'
import { rawText } from '../print'

export const placeText = ({ family, table }: TableRef): string => `${family} ${table}`

export const family: Check = word('family', Object.keys(families))

export const refFault = ({ family: given, table }: TableRef): Fault | undefined =>
  lackIn({ family: given, name: table }, ['family', 'name']) ??
  faultIn({ family: given, name: table }, { family, name: text })

/** What is wrong with the name of something to make. */
export const newNameFault = (name: unknown): Fault | undefined =>
  typeof name === 'string' && isName(name)
    ? undefined
    : {
        field: 'name',
        reason: `${rawText(name)} is no name: letters, digits, and _ . / - behind the first letter`
      }

/** What is wrong with the name of something that there is: others may have called it as nft would not. */
export const nameFault = (name: string): Fault | undefined =>
  lackIn({ name }, ['name']) ?? faultIn({ name }, { name: text })

export const handle: Check = big('handle')

export const handleFault = (given: bigint): Fault | undefined =>
  lackIn({ handle: given }, ['handle']) ?? faultIn({ handle: given }, { handle })
