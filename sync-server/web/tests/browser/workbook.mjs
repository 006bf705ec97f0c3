// Reads the cells of a workbook: a ZIP of XML, of which the tests need names, texts and
// numbers alone.
import { inflateRawSync } from 'node:zlib';

const CENTRAL = 0x02014b50;
const HEADER_BYTES = 30;

function* files(bytes) {
  let at = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  at = bytes.readUInt32LE(at + 16);
  while (bytes.readUInt32LE(at) === CENTRAL) {
    const [packed, nameBytes] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const local = bytes.readUInt32LE(at + 42);
    const begin = local + HEADER_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(begin, begin + packed);
    const text = () => (bytes.readUInt16LE(local + 8) === 0 ? body : inflateRawSync(body)).toString();
    yield [bytes.toString('utf8', at + 46, at + 46 + nameBytes), text];
    at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
}

const plainText = (xml) =>
  xml.replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);

/** Rows of each sheet by its name; a number is a number, an empty cell undefined. */
export function readWorkbook(bytes) {
  const parts = new Map([...files(bytes)].map(([name, text]) => [name, text()]));
  const shared = [...(parts.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, xml]) => plainText(xml));
  const names = [...parts.get('xl/workbook.xml').matchAll(/<sheet name="([^"]*)"/g)].map(([, name]) => plainText(name));
  return new Map(names.map((name, index) => [name, rowsOf(parts.get(`xl/worksheets/sheet${index + 1}.xml`), shared)]));
}

function rowsOf(xml, shared) {
  const rows = [];
  for (const [, cells] of xml.matchAll(/<row [^>]*>(.*?)<\/row>/gs)) {
    const row = [];
    for (const [, place, kind, , value] of cells.matchAll(/<c r="([A-Z]+)\d+"(?: s="\d+")?(?: t="(\w+)")?(\/>|>(?:<is>.*?<\/is>|<f>.*?<\/f>)?(?:<v>(.*?)<\/v>)?<\/c>)/gs)) {
      const column = [...place].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      if (value !== undefined) row[column] = kind === 's' ? shared[Number(value)] : kind === 'str' ? plainText(value) : Number(value);
    }
    rows.push(row);
  }
  return rows;
}
