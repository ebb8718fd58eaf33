// QR codes made on the device, as there may be no network when somebody wants to take one home.
// ISO/IEC 18004: bytes, level M, versions 1 to 6, which hold 106 bytes.

/** Of each version: codewords in all, codewords for correction in a block, blocks. */
const VERSIONS = [[26, 10, 1], [44, 16, 1], [70, 26, 1], [100, 18, 2], [134, 24, 2], [172, 16, 4]];

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The product in the field of 256 elements with x⁸+x⁴+x³+x²+1. */
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product;
}

/** The remainder of a block by the generator with `count` roots. */
function correction(block, count) {
  let generator = [1];
  for (let i = 0, root = 1; i < count; i += 1, root = times(root, 2)) {
    const next = [...generator, 0];
    generator.forEach((factor, at) => { next[at + 1] ^= times(factor, root); });
    generator = next;
  }
  const rest = [...block, ...new Array(count).fill(0)];
  for (let at = 0; at < block.length; at += 1) {
    const factor = rest[at];
    generator.forEach((part, i) => { rest[at + i] ^= times(part, factor); });
  }
  return rest.slice(block.length);
}

/** The codewords of a text in the order in which they are drawn. */
function codewords(bytes, [total, extra, blocks]) {
  const room = total - extra * blocks;
  // Mode and length take a byte and a half, the end another half.
  const nibbles = [4, bytes.length >> 4, bytes.length & 15];
  for (const byte of bytes) nibbles.push(byte >> 4, byte & 15);
  nibbles.push(0);
  const data = [];
  for (let i = 0; i < nibbles.length; i += 2) data.push(nibbles[i] * 16 + nibbles[i + 1]);
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  const size = room / blocks;
  const parts = Array.from({ length: blocks }, (_, i) => data.slice(i * size, (i + 1) * size));
  const checks = parts.map((part) => correction(part, extra));
  const woven = (all) => all[0].flatMap((_, at) => all.map((part) => part[at]));
  return [...woven(parts), ...woven(checks)];
}

/** What every code of a version has: squares of true, false, or undefined where data goes. */
function frame(version) {
  const size = 17 + 4 * version;
  const grid = Array.from({ length: size }, () => new Array(size).fill(undefined));
  const square = (cx, cy, radius, dark) => {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        const [x, y] = [cx + dx, cy + dy];
        if (x >= 0 && y >= 0 && x < size && y < size) grid[y][x] = dark(Math.max(Math.abs(dx), Math.abs(dy)));
      }
    }
  };
  for (let i = 0; i < size; i += 1) grid[6][i] = grid[i][6] = i % 2 === 0;
  if (version > 1) square(size - 7, size - 7, 2, (ring) => ring !== 1);
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  return grid;
}

/** Writes level and mask beside the corners. */
function sign(grid, mask) {
  let rest = mask << 10;
  for (let bit = 14; bit >= 10; bit -= 1) rest ^= ((rest >> bit) & 1) * (0x537 << (bit - 10));
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const size = grid.length;
  const dark = (i) => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 8; i += 1) {
    grid[8][size - 1 - i] = dark(i);
    grid[i < 6 ? i : i + 1][8] = dark(i);
  }
  for (let i = 8; i < 15; i += 1) {
    grid[size - 15 + i][8] = dark(i);
    grid[8][i === 8 ? 7 : 14 - i] = dark(i);
  }
  grid[size - 8][8] = true;
}

/** The free squares, in pairs of columns from the right, up and down in turn. */
function* path(grid) {
  const size = grid.length;
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i += 1) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) if (grid[y][x] === undefined) yield [x, y];
    }
    up = !up;
  }
}

/** How hard it is to read: long lines and large blots of one colour. */
function blots(grid) {
  let sum = 0;
  for (let y = 0; y < grid.length; y += 1) {
    let [across, down] = [0, 0];
    for (let x = 0; x < grid.length; x += 1) {
      across = x > 0 && grid[y][x] === grid[y][x - 1] ? across + 1 : 1;
      down = x > 0 && grid[x][y] === grid[x - 1][y] ? down + 1 : 1;
      for (const run of [across, down]) sum += run === 5 ? 3 : run > 5 ? 1 : 0;
      const same = x > 0 && y > 0 && [grid[y - 1][x], grid[y][x - 1], grid[y - 1][x - 1]].every((one) => one === grid[y][x]);
      if (same) sum += 3;
    }
  }
  return sum;
}

/** Rows of squares, true for dark; null where the text is too long. */
export function qr(text) {
  const bytes = new TextEncoder().encode(text);
  const version = 1 + VERSIONS.findIndex(([total, extra, blocks]) => bytes.length + 2 <= total - extra * blocks);
  if (version === 0) return null;
  const bits = codewords(bytes, VERSIONS[version - 1]).flatMap((word) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((word >> bit) & 1) === 1));
  const base = frame(version);
  sign(base, 0);
  const places = [...path(base)];
  const drawn = MASKS.map((mask, number) => {
    const grid = base.map((row) => [...row]);
    sign(grid, number);
    places.forEach(([x, y], at) => { grid[y][x] = (bits[at] ?? false) !== mask(x, y); });
    return grid;
  });
  return drawn.map((grid) => [blots(grid), grid]).sort((a, b) => a[0] - b[0])[0][1];
}

/** The code as a picture, or null. */
export function picture(text, words) {
  const grid = qr(text);
  if (!grid) return null;
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const side = grid.length + 8;
  for (const [name, value] of [["viewBox", `0 0 ${side} ${side}`], ["role", "img"], ["aria-label", words], ["shape-rendering", "crispEdges"]]) {
    svg.setAttribute(name, value);
  }
  const squares = grid.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])));
  for (const [d, fill] of [[`M0 0h${side}v${side}h-${side}z`, "#fff"], [squares.join(""), "#000"]]) {
    const shape = document.createElementNS(space, "path");
    shape.setAttribute("d", d);
    shape.setAttribute("fill", fill);
    svg.append(shape);
  }
  return svg;
}
