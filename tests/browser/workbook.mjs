// A workbook, as small as Excel would still open it: a zip whose parts are stored as they are.

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types';

/** The bytes of a workbook with one sheet of these rows of texts; an empty row stays empty. `merged` names ranges such as `A1:C1`. */
export function workbook(rows, merged = []) {
  return workbookOf({ a: { rows, merged } });
}

/** The bytes of a workbook with these sheets by name, each with `rows` and, where there are, `merged` ranges. */
export function workbookOf(sheets) {
  const named = Object.entries(sheets);
  const relation = (number, kind, target) => `<Relationship Id="r${number}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  const relations = (all) => `<Relationships xmlns="${PACKAGE}">${all}</Relationships>`;
  const each = (write) => named.map(([name, sheet], at) => write(at + 1, name, sheet));
  return zip({
    '[Content_Types].xml': `<Types xmlns="${TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    '_rels/.rels': relations(relation(1, 'officeDocument', 'xl/workbook.xml')),
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${each((number, name) => `<sheet name="${name}" sheetId="${number}" r:id="r${number}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(each((number) => relation(number, 'worksheet', `worksheets/sheet${number}.xml`)).join('')),
    ...Object.fromEntries(each((number, _, sheet) => [`xl/worksheets/sheet${number}.xml`, worksheet(sheet)])),
  });
}

function worksheet({ rows, merged = [] }) {
  const cell = (text, row, column) =>
    `<c r="${String.fromCharCode(65 + column)}${row + 1}" t="inlineStr"><is><t>${text}</t></is></c>`;
  const lines = rows.map((cells, row) => `<row r="${row + 1}">${cells.map((text, column) => cell(text, row, column)).join('')}</row>`);
  const ranges = merged.map((range) => `<mergeCell ref="${range}"/>`).join('');
  const merges = merged.length ? `<mergeCells count="${merged.length}">${ranges}</mergeCells>` : '';
  return `<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData>${merges}</worksheet>`;
}

function zip(parts) {
  const files = [];
  const directory = [];
  let offset = 0;
  for (const [name, text] of Object.entries(parts)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    // Version, flags, method, time and date; checksum; both sizes; the name's length and no extra field.
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt32LE(checksum(content), 10);
    about.writeUInt32LE(content.length, 14);
    about.writeUInt32LE(content.length, 18);
    about.writeUInt16LE(path.length, 22);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), about, path, content);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, place, path);
    offset += 30 + path.length + content.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(Object.keys(parts).length, 8);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}

/** CRC-32, as zip wants it. */
function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
