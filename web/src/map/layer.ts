/**
 * The air layer: one custom MapLibre layer that draws every line and symbol of the picture in two
 * instanced calls. Places are Mercator offsets from the site, small enough for single precision.
 */
import type { CustomLayerInterface, CustomRenderMethodInput } from "maplibre-gl";
import { CELLS } from "./atlas";
import { SEGMENT_FRAGMENT, SEGMENT_VERTEX, SYMBOL_FRAGMENT, SYMBOL_VERTEX } from "./shaders";

const SEGMENT_BYTES = 24;
const SYMBOL_BYTES = 20;

interface Program {
  program: WebGLProgram;
  vao: WebGLVertexArrayObject;
  buffer: WebGLBuffer;
  uniform: (name: string) => WebGLUniformLocation | null;
}

export class AirLayer implements CustomLayerInterface {
  readonly id = "air";
  readonly type = "custom" as const;
  readonly renderingMode = "2d" as const;
  private gl: WebGL2RenderingContext | null = null;
  private segments: Program | null = null;
  private symbols: Program | null = null;
  private texture: WebGLTexture | null = null;
  private atlas: { canvas: HTMLCanvasElement; cell_px: number } | null = null;
  private segmentCount = 0;
  private symbolCount = 0;
  private origin: [number, number] = [0, 0];
  private pending: { segments: ArrayBuffer; symbols: Float32Array<ArrayBuffer> } | null = null;

  /** Take the picture to draw from now on; uploaded at the next frame. */
  set(origin: [number, number], segments: ArrayBuffer, symbols: Float32Array<ArrayBuffer>): void {
    this.origin = origin;
    this.pending = { segments, symbols };
    this.segmentCount = segments.byteLength / SEGMENT_BYTES;
    this.symbolCount = symbols.byteLength / SYMBOL_BYTES;
  }

  setAtlas(atlas: { canvas: HTMLCanvasElement; cell_px: number }): void {
    this.atlas = atlas;
    if (this.gl) this.uploadAtlas(this.gl);
  }

  onAdd(_map: unknown, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    this.gl = gl;
    this.segments = makeProgram(gl, SEGMENT_VERTEX, SEGMENT_FRAGMENT, [0, -1, 1, -1, 0, 1, 1, 1], [
      ["a_ends", 4, gl.FLOAT, false, SEGMENT_BYTES, 0],
      ["a_colour", 4, gl.UNSIGNED_BYTE, true, SEGMENT_BYTES, 16],
      ["a_style", 4, gl.UNSIGNED_BYTE, true, SEGMENT_BYTES, 20],
    ]);
    this.symbols = makeProgram(gl, SYMBOL_VERTEX, SYMBOL_FRAGMENT, [0, 0, 1, 0, 0, 1, 1, 1], [
      ["a_place", 2, gl.FLOAT, false, SYMBOL_BYTES, 0],
      ["a_look", 3, gl.FLOAT, false, SYMBOL_BYTES, 8],
    ]);
    this.texture = gl.createTexture();
    this.uploadAtlas(gl);
  }

  render(context: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const gl = context as WebGL2RenderingContext;
    if (!this.segments || !this.symbols || !this.atlas) return;
    this.upload(gl);
    const matrix = shifted(input.defaultProjectionData.mainMatrix, this.origin);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.begin(gl, this.segments, matrix);
    gl.uniform1f(this.segments.uniform("u_ratio"), window.devicePixelRatio);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.segmentCount);
    this.begin(gl, this.symbols, matrix);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(this.symbols.uniform("u_atlas"), 0);
    gl.uniform1f(this.symbols.uniform("u_cell_px"), this.atlas.cell_px);
    gl.uniform1f(this.symbols.uniform("u_cells"), CELLS);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.symbolCount);
    gl.bindVertexArray(null);
  }

  private begin(gl: WebGL2RenderingContext, program: Program, matrix: Float32Array): void {
    gl.useProgram(program.program);
    gl.bindVertexArray(program.vao);
    gl.uniformMatrix4fv(program.uniform("u_matrix"), false, matrix);
    gl.uniform2f(program.uniform("u_viewport_px"), gl.drawingBufferWidth, gl.drawingBufferHeight);
  }

  private upload(gl: WebGL2RenderingContext): void {
    if (!this.pending || !this.segments || !this.symbols) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.segments.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.pending.segments, gl.STREAM_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.symbols.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.pending.symbols, gl.STREAM_DRAW);
    this.pending = null;
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

/** Move a projection's origin in double precision: M' = M · translate(x, y). */
function shifted(m: ArrayLike<number>, [x, y]: [number, number]): Float32Array {
  const out = Float32Array.from(m);
  const at = (i: number): number => m[i] ?? 0;
  for (let row = 0; row < 4; row += 1) {
    out[12 + row] = at(row) * x + at(4 + row) * y + at(12 + row);
  }
  return out;
}

type Attribute = [string, number, number, boolean, number, number];

function makeProgram(
  gl: WebGL2RenderingContext, vertex: string, fragment: string,
  corners: number[], attributes: Attribute[],
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
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(corners), gl.STATIC_DRAW);
  pointer(gl, program, ["a_corner", 2, gl.FLOAT, false, 8, 0], 0);
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  for (const attribute of attributes) pointer(gl, program, attribute, 1);
  gl.bindVertexArray(null);
  const found = new Map<string, WebGLUniformLocation | null>();
  const uniform = (name: string): WebGLUniformLocation | null => {
    if (!found.has(name)) found.set(name, gl.getUniformLocation(program, name));
    return found.get(name) ?? null;
  };
  return { program, vao, buffer, uniform };
}

function pointer(
  gl: WebGL2RenderingContext, program: WebGLProgram,
  [name, size, type, normalised, stride, at]: Attribute, divisor: number,
): void {
  const location = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(location);
  gl.vertexAttribPointer(location, size, type, normalised, stride, at);
  gl.vertexAttribDivisor(location, divisor);
}
