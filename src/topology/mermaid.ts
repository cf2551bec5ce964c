import { type Edge, graphOf, type Node } from './graph'
import type { Topology } from './model'

/** The topology as a flowchart of Mermaid, which GitHub and many editors draw. https://mermaid.js.org */
export const toMermaid = (topology: Topology): string => {
  const { boxes, edges } = graphOf(topology)
  return [
    'flowchart LR',
    ...boxes.flatMap(({ id, title, lines, nodes }) => [
      `  subgraph ${id}["${text([title, ...lines])}"]`,
      ...(nodes.length === 0 ? [`    ${id}x[" "]:::nothing`] : nodes.map(node => `    ${shape(node)}`)),
      '  end'
    ]),
    ...edges.map(edge => `  ${edge.from} ${arrow(edge)} ${edge.to}`),
    '  classDef device stroke-width:2px',
    '  classDef bridge stroke-width:2px',
    '  classDef down opacity:0.5',
    '  classDef unknown stroke-dasharray:3',
    '  classDef nothing fill:none,stroke:none',
    ''
  ].join('\n')
}

const shape = ({ id, lines, role, up }: Node): string => {
  const [open, close] = role === 'bridge' ? ['{{', '}}'] : role === 'device' ? ['[', ']'] : ['(', ')']
  return `${id}${open}"${text(lines)}"${close}:::${up ? role : 'down'}`
}

const arrow = ({ role, label }: Edge): string => {
  const middle = label === undefined ? '' : `|"${text(label.split('\n'))}"|`
  return { pair: '---', member: '---', above: '-.-', published: '-.->' }[role] + middle
}

/** Mermaid reads markup in its texts, but for what is written as character references. */
const text = (lines: ReadonlyArray<string>): string =>
  lines.map(line => line.replace(/[^\w .:/→=,()-]/gu, each => `#${each.codePointAt(0)};`)).join('<br/>')
