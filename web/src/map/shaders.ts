/** The two programs of the air layer: line segments, four corners each, and symbols, a point each. */

const PROJECT = `
uniform mat4 u_matrix;
uniform vec2 u_viewport_px;
vec2 screen(vec2 mercator) {
  vec4 p = u_matrix * vec4(mercator, 0.0, 1.0);
  return p.xy / p.w * 0.5 * u_viewport_px;
}
`;

export const SEGMENT_VERTEX = `#version 300 es
precision highp float;
${PROJECT}
in vec4 a_ends;
in vec4 a_colour;
in vec4 a_style;
out vec4 v_colour;
out float v_across_px;
out float v_along_px;
out float v_half_px;
out float v_dash_px;
uniform float u_ratio;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID & 2) - 1.0);
  vec2 a = screen(a_ends.xy);
  vec2 b = screen(a_ends.zw);
  vec2 along = b - a;
  float len = max(length(along), 1e-4);
  vec2 unit = along / len;
  vec2 normal = vec2(-unit.y, unit.x);
  v_half_px = a_style.y * 255.0 / 16.0 * 0.5 * u_ratio;
  float reach = v_half_px + 1.0;
  vec2 at = mix(a, b, corner.x) + normal * corner.y * reach;
  v_across_px = corner.y * reach;
  v_along_px = corner.x * len;
  v_dash_px = a_style.z * 255.0 * u_ratio;
  v_colour = vec4(a_colour.rgb, mix(a_colour.a, a_style.x, corner.x));
  gl_Position = vec4(at / (0.5 * u_viewport_px), 0.0, 1.0);
}`;

export const SEGMENT_FRAGMENT = `#version 300 es
precision highp float;
in vec4 v_colour;
in float v_across_px;
in float v_along_px;
in float v_half_px;
in float v_dash_px;
out vec4 colour;
void main() {
  float alpha = v_colour.a * clamp(v_half_px + 0.5 - abs(v_across_px), 0.0, 1.0);
  if (v_dash_px > 0.0 && mod(v_along_px, 2.0 * v_dash_px) > v_dash_px) discard;
  colour = vec4(v_colour.rgb * alpha, alpha);
}`;

export const SYMBOL_VERTEX = `#version 300 es
precision highp float;
${PROJECT}
in vec2 a_place;
in vec3 a_look;
uniform float u_cell_px;
uniform float u_marks_from;
uniform float u_inner;
flat out vec3 v_cell;
flat out float v_alpha;
uniform float u_cells;
void main() {
  // Only marks reach to the edge of their cell: of a symbol the empty margin is not drawn.
  float share = a_look.x < u_marks_from ? u_inner : 1.0;
  vec2 centre = floor(screen(a_place)) + 0.5 * mod(u_cell_px, 2.0);
  v_cell = vec3(mod(a_look.x, u_cells), floor(a_look.x / u_cells), share);
  v_alpha = a_look.y;
  gl_PointSize = u_cell_px * a_look.z * share;
  gl_Position = vec4(centre / (0.5 * u_viewport_px), 0.0, 1.0);
}`;

export const SYMBOL_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D u_atlas;
uniform float u_cells;
flat in vec3 v_cell;
flat in float v_alpha;
out vec4 colour;
void main() {
  colour = texture(u_atlas, (v_cell.xy + 0.5 + (gl_PointCoord - 0.5) * v_cell.z) / u_cells) * v_alpha;
}`;
