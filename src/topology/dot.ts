import { type Box, type Edge, graphOf, type Node } from './graph'
import type { Topology } from './model'

const ink = '#24292f'
const pale = '#57606a'
/** One whose widths Graphviz knows; a list of several it takes for another. */
export const font = 'Arial'

/** The topology in the language of Graphviz. https://graphviz.org */
export const toDot = (topology: Topology): string => {
  const { boxes, edges } = graphOf(topology)
  return [
    'graph network {',
    `  graph [rankdir=LR, compound=true, nodesep=0.3, ranksep=0.9, pad=0.3, fontname="${font}", bgcolor="white"]`,
    `  node [shape=box, style="filled,rounded", fillcolor="white", color="${pale}", fontcolor="${ink}", fontname="${font}", fontsize=11, margin="0.26,0.09"]`,
    `  edge [color="${pale}", fontcolor="${pale}", fontname="${font}", fontsize=9]`,
    ...boxes.flatMap(boxText),
    ...edges.map(edge => `  ${edge.from} -- ${edge.to} [${edgeStyle(edge)}]`),
    '}',
    ''
  ].join('\n')
}

const boxText = ({ id, title, lines, here, nodes }: Box): ReadonlyArray<string> => [
  `  subgraph cluster_${id} {`,
  `    graph [label=${label([title], lines)}, labeljust=l, fontsize=12, fontcolor="${ink}", style="filled,rounded", fillcolor="${here ? '#eef4fb' : '#f6f8fa'}", color="${here ? '#54a0e0' : '#d0d7de'}", margin=14]`,
  ...(nodes.length === 0
    ? [`    ${id}x [label="", style=invis]`]
    : nodes.map(node => `    ${nodeText(node)}`)),
  '  }'
]

const nodeText = ({ id, lines: [name = '', ...others], role, up }: Node): string =>
  `${id} [label=${label([name], others)}${styles[role]}${up ? '' : ', fontcolor="#8c959f", style="filled,rounded,dashed"'}]`

const styles: { readonly [R in Node['role']]: string } = {
  device: `, fillcolor="#fff8e5", color="#bf8700"`,
  bridge: ', fillcolor="#e6f4ea", color="#2da44e"',
  virtual: '',
  unknown: ', style="filled,rounded,dashed"'
}

const edgeStyle = ({ role, label: said }: Edge): string =>
  [
    {
      pair: `penwidth=1.6, color="${ink}"`,
      member: 'penwidth=1.6, color="#2da44e"',
      above: 'style=dashed',
      published: 'style=dashed, dir=forward, color="#0969da", fontcolor="#0969da", constraint=false'
    }[role],
    ...(said === undefined ? [] : [`label=${quoted(said)}`])
  ].join(', ')

/** A newline is written `\\n`. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** HTML of Graphviz: the first lines bold, the others smaller below. */
const label = (bold: ReadonlyArray<string>, plain: ReadonlyArray<string>): string =>
  `<${[
    ...bold.map(line => `<b>${escaped(line)}</b>`),
    ...plain.map(line => `<font point-size="10">${escaped(line)}</font>`)
  ].join('<br align="left"/>')}<br align="left"/>>`

/** Graphviz takes no control characters, and no element without text. */
const escaped = (line: string): string =>
  line.replace(/[\p{C}]/gu, '').replace(/[&<>"]/g, each => `&#${each.codePointAt(0)};`) || '?'
