export * from './layout'
export * from './port'
export * from './table'
