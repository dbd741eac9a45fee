/**
 * The air layer: one WebGL2 canvas of its own over the ground, with every line and symbol of the
 * picture in two calls. The ground is drawn anew only when it or the view of it changes, this at
 * each picture. Places are Mercator offsets from the site, small enough for single precision.
 *
 * A symbol is a point. A line is sent four times, once a corner, and drawn by index; instanced
 * drawing would send it once, but software graphics (SwiftShader) draw each instance by itself: 2,000 lines took ten
 * times as long so.
 */
import { CELL_SELECTED, CELLS, INNER } from "./atlas";
import { SEGMENT_FRAGMENT, SEGMENT_VERTEX, SYMBOL_FRAGMENT, SYMBOL_VERTEX } from "./shaders";

const SEGMENT_BYTES = 24;
const SYMBOL_BYTES = 20;
/** A point whose middle is outside is not drawn at all: what is drawn reaches beyond the canvas by the largest symbol. */
const EDGE_PX = 48;

interface Program {
  program: WebGLProgram;
  vao: WebGLVertexArrayObject;
  buffer: WebGLBuffer;
  indices: WebGLBuffer;
  /** How many records the indices reach. */
  room: number;
  uniform: (name: string) => WebGLUniformLocation | null;
}

/** Where the map looks: its middle in Mercator units, pixels a unit, its size in CSS pixels. */
export interface Look {
  x: number;
  y: number;
  world_px: number;
  width: number;
  height: number;
}

export class AirLayer {
  private readonly gl: WebGL2RenderingContext;
  private segments: Program | null = null;
  private symbols: Program | null = null;
  private texture: WebGLTexture | null = null;
  private atlas: { canvas: HTMLCanvasElement; cell_px: number } | null = null;
  private segmentCount = 0;
  private symbolCount = 0;
  private origin: [number, number] = [0, 0];
  private scene: { segments: ArrayBuffer; symbols: Float32Array<ArrayBuffer> } | null = null;
  private uploaded = false;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false, stencil: false });
    if (!gl) throw new Error("this browser offers no WebGL2");
    this.gl = gl;
    this.prepare();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => this.prepare());
  }

  /** Take the picture to draw from now on; uploaded with the next drawing. */
  set(origin: [number, number], segments: ArrayBuffer, symbols: Float32Array<ArrayBuffer>): void {
    this.origin = origin;
    this.scene = { segments, symbols };
    this.uploaded = false;
    this.segmentCount = segments.byteLength / SEGMENT_BYTES;
    this.symbolCount = symbols.byteLength / SYMBOL_BYTES;
  }

  setAtlas(atlas: { canvas: HTMLCanvasElement; cell_px: number }): void {
    this.atlas = atlas;
    this.uploadAtlas(this.gl);
  }

  /** Draw the picture as the map looks now. */
  draw(look: Look): void {
    const { gl, canvas } = this;
    if (!this.segments || !this.symbols || !this.atlas || gl.isContextLost()) return;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(look.width * ratio), Math.round(look.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    this.upload(gl);
    const edge = Math.round(EDGE_PX * ratio);
    gl.viewport(-edge, -edge, width + 2 * edge, height + 2 * edge);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const beyond = (2 * edge) / ratio;
    const matrix = matrixOf({ ...look, width: width / ratio + beyond, height: height / ratio + beyond }, this.origin);
    const size: [number, number] = [width + 2 * edge, height + 2 * edge];
    this.begin(gl, this.segments, matrix, size);
    gl.uniform1f(this.segments.uniform("u_ratio"), ratio);
    gl.drawElements(gl.TRIANGLES, 6 * this.segmentCount, gl.UNSIGNED_INT, 0);
    this.begin(gl, this.symbols, matrix, size);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(this.symbols.uniform("u_atlas"), 0);
    gl.uniform1f(this.symbols.uniform("u_cell_px"), this.atlas.cell_px);
    gl.uniform1f(this.symbols.uniform("u_cells"), CELLS);
    gl.uniform1f(this.symbols.uniform("u_marks_from"), CELL_SELECTED);
    gl.uniform1f(this.symbols.uniform("u_inner"), INNER);
    gl.drawArrays(gl.POINTS, 0, this.symbolCount);
    gl.bindVertexArray(null);
  }

  /** Give the context back: a browser has few. */
  remove(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private prepare(): void {
    const { gl } = this;
    this.segments = makeProgram(gl, SEGMENT_VERTEX, SEGMENT_FRAGMENT, [
      ["a_ends", 4, gl.FLOAT, false, SEGMENT_BYTES, 0],
      ["a_colour", 4, gl.UNSIGNED_BYTE, true, SEGMENT_BYTES, 16],
      ["a_style", 4, gl.UNSIGNED_BYTE, true, SEGMENT_BYTES, 20],
    ]);
    this.symbols = makeProgram(gl, SYMBOL_VERTEX, SYMBOL_FRAGMENT, [
      ["a_place", 2, gl.FLOAT, false, SYMBOL_BYTES, 0],
      ["a_look", 3, gl.FLOAT, false, SYMBOL_BYTES, 8],
    ]);
    this.texture = gl.createTexture();
    this.uploaded = false;
    this.uploadAtlas(gl);
  }

  private begin(gl: WebGL2RenderingContext, program: Program, matrix: Float32Array, size: [number, number]): void {
    gl.useProgram(program.program);
    gl.bindVertexArray(program.vao);
    gl.uniformMatrix4fv(program.uniform("u_matrix"), false, matrix);
    gl.uniform2f(program.uniform("u_viewport_px"), ...size);
  }

  private upload(gl: WebGL2RenderingContext): void {
    if (!this.scene || this.uploaded || !this.segments || !this.symbols) return;
    const { segments, symbols } = this.scene;
    fill(gl, this.segments, new Uint32Array(segments), SEGMENT_BYTES / 4);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.symbols.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, symbols, gl.STREAM_DRAW);
    this.uploaded = true;
  }

  private uploadAtlas(gl: WebGL2RenderingContext): void {
    if (!this.atlas || !this.texture) return;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.atlas.canvas);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }
}

/** The projection of a map that is neither turned nor tilted, from offsets of `origin`; worked out in double precision. */
function matrixOf(look: Look, [x, y]: [number, number]): Float32Array {
  const [sx, sy] = [(2 * look.world_px) / look.width, (-2 * look.world_px) / look.height];
  return Float32Array.of(sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, 1, 0, sx * (x - look.x), sy * (y - look.y), 0, 1);
}

/** Upload records of so many words, each for its four corners, and indices where they do not reach. */
function fill(gl: WebGL2RenderingContext, to: Program, records: Uint32Array, words: number): void {
  const count = records.length / words;
  const corners = new Uint32Array(records.length * 4);
  for (let i = 0, at = 0; i < records.length; i += words) {
    for (let corner = 0; corner < 4; corner += 1) {
      for (let word = 0; word < words; word += 1) corners[at++] = records[i + word] ?? 0;
    }
  }
  gl.bindVertexArray(to.vao);
  gl.bindBuffer(gl.ARRAY_BUFFER, to.buffer);
  gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STREAM_DRAW);
  if (count > to.room) {
    to.room = Math.ceil(count * 1.5);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, to.indices);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, twoTriangles(to.room), gl.STATIC_DRAW);
  }
  gl.bindVertexArray(null);
}

/** The indices of so many rectangles of two triangles. */
function twoTriangles(count: number): Uint32Array {
  const out = new Uint32Array(6 * count);
  for (let i = 0; i < count; i += 1) out.set([4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 2, 4 * i + 1, 4 * i + 3], 6 * i);
  return out;
}

type Attribute = [string, number, number, boolean, number, number];

function makeProgram(
  gl: WebGL2RenderingContext, vertex: string, fragment: string, attributes: Attribute[],
): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("the graphics context is lost");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`the air layer does not link: ${gl.getProgramInfoLog(program)}`);
  }
  const vao = gl.createVertexArray();
  gl.bindVertexArray(vao);
  const indices = gl.createBuffer();
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices);
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  for (const attribute of attributes) pointer(gl, program, attribute);
  gl.bindVertexArray(null);
  const found = new Map<string, WebGLUniformLocation | null>();
  const uniform = (name: string): WebGLUniformLocation | null => {
    if (!found.has(name)) found.set(name, gl.getUniformLocation(program, name));
    return found.get(name) ?? null;
  };
  return { program, vao, buffer, indices, room: 0, uniform };
}

function pointer(
  gl: WebGL2RenderingContext, program: WebGLProgram,
  [name, size, type, normalised, stride, at]: Attribute,
): void {
  const location = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(location);
  gl.vertexAttribPointer(location, size, type, normalised, stride, at);
}
