// Writes the fixtures of this folder and expected.json, the values that were given to the writers.
//
// Run in a folder with the packages:
//   npm install apache-arrow@21.2.0 parquet-wasm@0.8.0 nodejs-polars@0.26.1 hyparquet-writer@0.17.0
//   node gen.mjs OUT        (written with Node 20.20.2)
//
// The writers are independent of the reader under test: Arrow's JavaScript library, arrow-rs's Parquet
// (parquet-wasm), Polars, and hyparquet-writer.
//
// expected.json: sets: set -> column -> {float64 | text | ends, float64; valid}; files: file -> {set, columns}.
// float64 is the hexadecimal of little-endian bytes, NaN where missing; ends are where the lists of the rows
// end.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
const require = createRequire(join(process.cwd(), 'x.js'))
const arrow = require('apache-arrow')
const pw = require('parquet-wasm/node')
const pl = require('nodejs-polars')
const { parquetWriteBuffer } = await import(require.resolve('hyparquet-writer'))
const out = process.argv[2]

// A small generator, so that every run gives the same.
let state = 12345
const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32
const N = 300
const range = f => Array.from({ length: N }, (_, i) => f(i))
const holes = (v, p) => v.map(x => (random() < p ? null : x))

const hex = v => {
  const b = Buffer.alloc(8 * v.length)
  v.forEach((x, i) => b.writeDoubleLE(x === null ? NaN : Number(x), 8 * i))
  return b.toString('hex')
}
const numbers = (v, f = x => x) => ({ float64: hex(v.map(x => (x === null ? null : f(x)))), valid: v.map(x => (x === null ? 0 : 1)).join('') })
const text = v => ({ text: v.map(x => x ?? ''), valid: v.map(x => (x === null ? 0 : 1)).join('') })
const lists = v => {
  const ends = []
  let n = 0
  for (const l of v) ends.push((n += l === null ? 0 : l.length))
  return { ends, float64: hex(v.flatMap(l => l ?? [])), valid: v.map(x => (x === null ? 0 : 1)).join('') }
}

const special = [0, -0, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1, -1 / 3]
const full = range(i => special[i] ?? Math.fround(random()) * 100 - 50)
const some = holes(range(() => random() * 10), 0.3)
const counts = range(() => Math.floor(random() * 4)) // few values: dictionaries
const ramp = range(i => i * 7 - 1000)
const flags = holes(range(() => random() < 0.5), 0.2)
const names = ['M1', 'PMd', 'a name that is longer than twelve bytes', 'σ=½ 𝛼', '']
const labels = holes(range(() => names[Math.floor(random() * names.length)]), 0.2)
const unique = range(i => 'unit ' + String(i).padStart(4, '0'))
const spikes = holes(range(() => Array.from({ length: Math.floor(random() * 5) }, () => random() * 100)), 0.15)
const gaps = range(() => Array.from({ length: Math.floor(random() * 4) }, () => (random() < 0.3 ? null : random())))
const none = range(() => null)

const sets = {}
const files = {}
const save = (name, bytes, set, columns) => {
  if (bytes) writeFileSync(join(out, name), bytes)
  sets[set] = { ...sets[set], ...columns }
  files[name] = { set, columns: Object.keys(columns) }
}

// Arrow's JavaScript library.
const A = arrow
const vec = (v, t) => A.vectorFromArray(v, t)
const jsColumns = {
  full: [full, new A.Float64(), numbers],
  some: [some, new A.Float64(), numbers],
  f32: [full, new A.Float32(), v => numbers(v, Math.fround)],
  i8: [holes(ramp.map(x => (x % 128) | 0), 0.1), new A.Int8(), numbers],
  i16: [ramp, new A.Int16(), numbers],
  i32: [ramp.map(x => x * 100000), new A.Int32(), numbers],
  i64: [ramp.map(x => BigInt(x) * 2n ** 40n), new A.Int64(), numbers],
  u8: [counts, new A.Uint8(), numbers],
  u16: [counts.map(x => x * 20000), new A.Uint16(), numbers],
  u32: [counts.map(x => x * 1431655765), new A.Uint32(), numbers],
  u64: [counts.map(x => BigInt(x) * 6148914691236517205n), new A.Uint64(), numbers],
  flags: [flags, new A.Bool(), v => numbers(v, x => (x ? 1 : 0))],
  labels: [labels, new A.Utf8(), text],
  category: [labels, new A.Dictionary(new A.Utf8(), new A.Int8()), text],
  ms: [holes(ramp.map(x => 1500000000000 + x), 0.1), new A.TimestampMillisecond(), v => numbers(v, x => x / 1000)],
  day: [ramp.map(x => new Date(x * 86400000)), new A.DateDay(), v => numbers(v, x => x.getTime() / 1000)],
  spikes: [spikes, new A.List(new A.Field('item', new A.Float64(), true)), lists],
  gaps: [gaps, new A.List(new A.Field('item', new A.Float64(), true)), lists],
  pairs: [range(i => [i, i / 4]), new A.FixedSizeList(2, new A.Field('item', new A.Float32(), true)), lists],
  trial: [some.map((x, i) => (i % 7 === 0 ? null : { start: x, name: labels[i] })), new A.Struct([new A.Field('start', new A.Float64(), true), new A.Field('name', new A.Utf8(), true)]), null],
}
const trialColumns = {
  'trial.start': numbers(some.map((x, i) => (i % 7 === 0 ? null : x))),
  'trial.name': text(labels.map((x, i) => (i % 7 === 0 ? null : x))),
}
const jsTable = (keys) => {
  const half = (from, to) => new A.Table(Object.fromEntries(keys.map(k => [k, vec(jsColumns[k][0].slice(from, to), jsColumns[k][1])])))
  // Dictionaries differ from batch to batch: one batch for the table that has them.
  return keys.includes('category') ? half(0, N) : half(0, 120).concat(half(120, N))
}
const expectedOf = keys => Object.assign({}, ...keys.map(k => (k === 'trial' ? trialColumns : { [k]: jsColumns[k][2](jsColumns[k][0]) })))
const all = Object.keys(jsColumns)
const plainKeys = all.filter(k => k !== 'category')
save('js.arrow', A.tableToIPC(jsTable(plainKeys), 'file'), 'js', expectedOf(plainKeys))
save('js.arrows', A.tableToIPC(jsTable(plainKeys), 'stream'), 'js', expectedOf(plainKeys))
save('js-dictionary.arrow', A.tableToIPC(jsTable(['full', 'category']), 'file'), 'js', expectedOf(['full', 'category']))
save('js-dictionary.arrows', A.tableToIPC(jsTable(['full', 'category']), 'stream'), 'js', expectedOf(['full', 'category']))

// arrow-rs's Parquet. FixedSizeList is left to Arrow.
const rustKeys = all.filter(k => !['pairs'].includes(k))
const rustTable = () => pw.Table.fromIPCStream(A.tableToIPC(jsTable(rustKeys), 'stream'))
const rust = (name, set) => save(name, pw.writeParquet(rustTable(), set(new pw.WriterPropertiesBuilder().setMaxRowGroupSize(110)).build()), 'js', expectedOf(rustKeys))
rust('rust-plain.parquet', b => b.setCompression(pw.Compression.UNCOMPRESSED).setDictionaryEnabled(false).setDataPageSizeLimit(1000).setWriteBatchSize(50))
rust('rust-snappy.parquet', b => b.setCompression(pw.Compression.SNAPPY))
rust('rust-gzip-v2.parquet', b => b.setCompression(pw.Compression.GZIP).setWriterVersion(pw.WriterVersion.V2).setDictionaryEnabled(false))
rust('rust-brotli.parquet', b => b.setCompression(pw.Compression.BROTLI))
rust('rust-lz4raw.parquet', b => b.setCompression(pw.Compression.LZ4_RAW))
rust('rust-zstd-v2.parquet', b => b.setCompression(pw.Compression.ZSTD).setWriterVersion(pw.WriterVersion.V2).setDataPageSizeLimit(700).setWriteBatchSize(50))
const encoded = (name, column, encoding) => {
  const t = pw.Table.fromIPCStream(A.tableToIPC(jsTable([column, 'flags']), 'stream'))
  const props = new pw.WriterPropertiesBuilder().setDictionaryEnabled(false).setWriterVersion(pw.WriterVersion.V2).setColumnEncoding(column, encoding).build()
  save(name, pw.writeParquet(t, props), 'js', expectedOf([column, 'flags']))
}
encoded('rust-delta.parquet', 'i64', pw.Encoding.DELTA_BINARY_PACKED)
encoded('rust-deltalength.parquet', 'labels', pw.Encoding.DELTA_LENGTH_BYTE_ARRAY)
encoded('rust-deltabytes.parquet', 'labels', pw.Encoding.DELTA_BYTE_ARRAY)
if (pw.Encoding.BYTE_STREAM_SPLIT !== undefined) encoded('rust-split.parquet', 'some', pw.Encoding.BYTE_STREAM_SPLIT)

// Polars: views of strings, large lists, compressed buffers.
const df = pl.DataFrame({
  full: pl.Series('full', full, pl.Float64), some: pl.Series('some', some, pl.Float64), counts: pl.Series('counts', counts, pl.Int16),
  labels: pl.Series('labels', labels, pl.Utf8), unique: pl.Series('unique', unique, pl.Utf8), flags: pl.Series('flags', flags, pl.Bool),
  spikes: pl.Series('spikes', spikes, pl.List(pl.Float64)), gaps: pl.Series('gaps', gaps, pl.List(pl.Float64)), nothing: pl.Series('nothing', none, pl.Float64),
})
const polarsColumns = {
  full: numbers(full), some: numbers(some), counts: numbers(counts), labels: text(labels), unique: text(unique),
  flags: numbers(flags, x => (x ? 1 : 0)), spikes: lists(spikes), gaps: lists(gaps), nothing: numbers(none),
}
for (const compression of ['uncompressed', 'lz4', 'zstd']) {
  df.writeIPC(join(out, `polars-${compression}.arrow`), { compression })
  save(`polars-${compression}.arrow`, null, 'polars', polarsColumns)
}
df.writeIPCStream(join(out, 'polars-zstd.arrows'), { compression: 'zstd' })
save('polars-zstd.arrows', null, 'polars', polarsColumns)
for (const compression of ['uncompressed', 'snappy', 'gzip', 'brotli', 'zstd']) {
  df.writeParquet(join(out, `polars-${compression}.parquet`), { compression })
  save(`polars-${compression}.parquet`, null, 'polars', polarsColumns)
}
df.select('full', 'some', 'counts', 'labels', 'unique').writeCSV(join(out, 'polars.csv'))
const { full: a, some: b, counts: c, unique: e } = polarsColumns
save('polars.csv', null, 'csv', { full: a, some: b, counts: c, labels: text(labels.map(x => (x === '' ? null : x))), unique: e })

// hyparquet-writer.
const hyp = parquetWriteBuffer({
  columnData: [
    { name: 'full', data: full, type: 'DOUBLE' }, { name: 'some', data: some, type: 'DOUBLE' }, { name: 'counts', data: counts, type: 'INT32' },
    { name: 'labels', data: labels, type: 'STRING' }, { name: 'flags', data: flags, type: 'BOOLEAN' },
  ],
  rowGroupSize: 110, kvMetadata: [{ key: 'bin_s', value: '0.045' }],
})
const { full: h1, some: h2, counts: h3, labels: h4, flags: h5 } = polarsColumns
save('hyparquet.parquet', Buffer.from(hyp), 'polars', { full: h1, some: h2, counts: h3, labels: h4, flags: h5 })

writeFileSync(join(out, 'expected.json'), JSON.stringify({ node: process.version, rows: N, sets, files }) + '\n')
