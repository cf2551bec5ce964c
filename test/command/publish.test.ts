import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mappingOf } from '../../src/command/publish'

const test = suite('ports on the command line')

const given: { readonly [text: string]: object } = {
  '8080:80': { hostPort: 8080, port: 80 },
  '53:53/udp': { protocol: 'udp', hostPort: 53, port: 53 },
  '8080': { hostPort: 8080, port: 8080 },
  '8080/tcp': { protocol: 'tcp', hostPort: 8080, port: 8080 },
  '8000-8010': { hostPort: '8000-8010', port: '8000-8010' },
  '8000-8010:80-90': { hostPort: '8000-8010', port: '80-90' },
  '127.0.0.1:8080:80': { hostPort: 8080, port: 80, hostAddress: '127.0.0.1' },
  '127.0.0.1:8080': { hostPort: 8080, port: 8080, hostAddress: '127.0.0.1' },
  '[fd00::1]:53:5353/udp': { protocol: 'udp', hostPort: 53, port: 5353, hostAddress: 'fd00::1' }
}

for (const [text, port] of Object.entries(given)) test(text, () => assert.equal(mappingOf(text), port))

for (const text of ['', 'http', '80:', ':80', '80:80:80', 'fd00::1:80:80', '80/', '1-2-3:80'])
  test(`${JSON.stringify(text)} is none`, () => assert.throws(() => mappingOf(text), /is no port such as/))

test.run()
