/** Places as people write them: latitude and longitude, or MGRS; into degrees WGS-84. */

const A_M = 6_378_137;
const F = 1 / 298.257_223_563;
const SCALE = 0.9996;
const BANDS = "CDEFGHJKLMNPQRSTUVWX";
const COLUMNS = ["ABCDEFGH", "JKLMNPQR", "STUVWXYZ"];
const ROWS = "ABCDEFGHJKLMNPQRSTUV";
const RADIANS = Math.PI / 180;

type Place = [lat_deg: number, lon_deg: number];

/** Read one place: "33.80, 42.44", "33.80 42.44", "33.80N 42.44E" or "38S KC 63350 44120". null: it is none. */
export function readPlace(text: string): Place | null {
  const plain = text.trim().toUpperCase();
  return readDegrees(plain) ?? readMgrs(plain.replace(/\s+/g, ""));
}

function readDegrees(text: string): Place | null {
  const found = /^([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NS]?)\s*(?:[,;]\s*|\s+)([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW]?)$/.exec(text);
  if (!found) return null;
  const lat = Number(found[1]) * (found[2] === "S" ? -1 : 1);
  const lon = Number(found[3]) * (found[4] === "W" ? -1 : 1);
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? [lat, lon] : null;
}

/** Read an MGRS reference of 2 to 10 digits: the middle of the square it names. NGA.STND.0037. */
export function readMgrs(text: string): Place | null {
  const found = /^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(\d{2,10})$/.exec(text);
  if (!found) return null;
  const [, zoneText = "", band = "", column = "", row = "", digits = ""] = found;
  const zone = Number(zoneText);
  const half = digits.length / 2;
  if (zone < 1 || zone > 60 || !Number.isInteger(half)) return null;
  const hundreds = (COLUMNS[(zone - 1) % 3] ?? "").indexOf(column) + 1;
  if (hundreds < 1) return null;
  const unit = 10 ** (5 - half);
  const easting = hundreds * 100_000 + (Number(digits.slice(0, half)) + (half < 5 ? 0.5 : 0)) * unit;
  const rowNumber = (ROWS.indexOf(row) - (zone % 2 === 0 ? 5 : 0) + 20) % 20;
  const northing = rowNumber * 100_000 + (Number(digits.slice(half)) + (half < 5 ? 0.5 : 0)) * unit;
  return inBand(zone, band, easting, northing);
}

/** Row letters repeat every 2,000 km: take the one whose latitude lies in the band, or half a degree beside it. */
function inBand(zone: number, band: string, easting: number, northing: number): Place | null {
  const south = BANDS.indexOf(band) * 8 - 80;
  const north = band === "X" ? 84 : south + 8;
  for (let turn = 0; turn < 6; turn += 1) {
    const true_m = northing + turn * 2_000_000;
    const place = fromUtm(zone, easting, south < 0 ? true_m - 10_000_000 : true_m);
    if (place[0] >= south - 0.5 && place[0] <= north + 0.5) return place;
  }
  return null;
}

/** Transverse Mercator backwards by Krüger's series to n^4: millimetres within a zone. */
function fromUtm(zone: number, easting: number, northing: number): Place {
  const n = F / (2 - F);
  const radius_m = (A_M / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const xi = northing / (SCALE * radius_m);
  const eta = (easting - 500_000) / (SCALE * radius_m);
  const beta = [
    n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3, n ** 2 / 48 + n ** 3 / 15, (17 / 480) * n ** 3,
  ];
  let [x, y] = [xi, eta];
  beta.forEach((b, i) => {
    const k = 2 * (i + 1);
    x -= b * Math.sin(k * xi) * Math.cosh(k * eta);
    y -= b * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  const chi = Math.asin(Math.sin(x) / Math.cosh(y));
  const delta = [
    2 * n - (2 / 3) * n ** 2 - 2 * n ** 3, (7 / 3) * n ** 2 - (8 / 5) * n ** 3, (56 / 15) * n ** 3,
  ];
  let lat = chi;
  delta.forEach((d, i) => { lat += d * Math.sin(2 * (i + 1) * chi); });
  const lon = Math.atan2(Math.sinh(y), Math.cos(x));
  return [lat / RADIANS, lon / RADIANS + zone * 6 - 183];
}
