export * from './definition'
export * from './messages'
