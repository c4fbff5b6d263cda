// Fastify with pg and fast-jwt: statements prepared by name, verified tokens remembered.
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import pg from 'pg'

const COLUMNS = 'id, title, notes, done, priority, due_at, list_id, created_at, updated_at, version'
const INT8 = 20
pg.types.setTypeParser(INT8, Number)

const verify = createVerifier({
  key: process.env.JWT_SECRET,
  algorithms: ['HS256'],
  allowedIss: process.env.JWT_ISSUER,
  allowedAud: process.env.JWT_AUDIENCE,
  cache: 4096
})

const time = { type: 'string', format: 'date-time' }
const due = { anyOf: [time, { type: 'null' }] }
const list = { anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] }
const content = {
  title: { type: 'string', minLength: 1, maxLength: 200 },
  notes: { type: 'string', maxLength: 10000 },
  done: { type: 'boolean' },
  priority: { type: 'string', enum: ['low', 'normal', 'high'] },
  due_at: due,
  list_id: list
}
const todo = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    notes: { type: 'string' },
    done: { type: 'boolean' },
    priority: { type: 'string' },
    due_at: { type: ['string', 'null'], format: 'date-time' },
    list_id: { type: ['string', 'null'] },
    created_at: time,
    updated_at: time,
    version: { type: 'integer' }
  }
}
const page = {
  type: 'object',
  properties: {
    items: { type: 'array', items: todo },
    next_cursor: { type: ['string', 'null'] }
  }
}
const params = { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } }
const querystring = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    cursor: { type: 'integer', minimum: 0, default: 0 }
  }
}

function build () {
  const pool = new pg.Pool({ max: 10 })
  const app = Fastify()

  app.addContentTypeParser(
    'application/merge-patch+json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error')
  )
  app.decorateRequest('userId', '')
  app.addHook('onRequest', async (request, reply) => {
    try {
      request.userId = verify((request.headers.authorization ?? '').slice('Bearer '.length)).sub
    } catch {
      return reply.code(401).send({ message: 'Invalid token' })
    }
  })

  app.get('/api/todos', { schema: { querystring, response: { 200: page } } }, async (request) => {
    const { limit, cursor } = request.query
    const { rows } = await pool.query({
      name: 'page',
      text: `SELECT ${COLUMNS} FROM todo WHERE owner_id = $1
             ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`,
      values: [request.userId, limit + 1, cursor]
    })
    const following = rows.length > limit ? String(cursor + limit) : null
    return { items: rows.slice(0, limit), next_cursor: following }
  })

  const body = { type: 'object', required: ['title'], properties: content }
  app.post('/api/todos', { schema: { body, response: { 201: todo } } }, async (request, reply) => {
    const { title, notes = '', done = false, priority = 'normal' } = request.body
    const { due_at: dueAt = null, list_id: listId = null } = request.body
    const { rows } = await pool.query({
      name: 'post',
      text: `INSERT INTO todo (owner_id, id, title, notes, done, priority, due_at, list_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
      values: [request.userId, randomUUID(), title, notes, done, priority, dueAt, listId]
    })
    reply.code(201)
    return rows[0]
  })

  app.get('/api/todos/:id', { schema: { params, response: { 200: todo } } }, async (request, reply) => {
    const { rows } = await pool.query({
      name: 'get',
      text: `SELECT ${COLUMNS} FROM todo WHERE owner_id = $1 AND id = $2`,
      values: [request.userId, request.params.id]
    })
    return rows[0] ?? reply.code(404).send({ message: 'Todo not found' })
  })

  const patch = { type: 'object', properties: content, minProperties: 1, additionalProperties: false }
  app.patch('/api/todos/:id', {
    schema: { params, body: patch, response: { 200: todo } }
  }, async (request, reply) => {
    const names = Object.keys(request.body)
    const changes = names.map((name, place) => `${name} = $${place + 3}`).join(', ')
    const { rows } = await pool.query({
      name: `patch ${names.join(' ')}`,
      text: `UPDATE todo SET ${changes}, version = version + 1, updated_at = now()
             WHERE owner_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
      values: [request.userId, request.params.id, ...Object.values(request.body)]
    })
    return rows[0] ?? reply.code(404).send({ message: 'Todo not found' })
  })

  return app
}

const workers = Number(process.env.WORKERS)
if (workers > 1 && cluster.isPrimary) {
  for (let count = 0; count < workers; count++) cluster.fork()
  process.on('SIGTERM', () => process.exit(0))
} else {
  process.on('SIGTERM', () => process.exit(0))
  await build().listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
}
