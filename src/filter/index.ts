import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { bigEndian16 } from '../traffic/order'
