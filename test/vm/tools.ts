/** The programs that make a machine. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache'
import { unpack } from './packages'

const folder = (): string => cached('tools', folder => unpack(['qemu-system-x86', 'busybox-static'], folder))
