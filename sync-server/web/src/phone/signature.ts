// How a signature is drawn.

export const WIDTH = 640;
export const HEIGHT = 320;
const LINE = 4;
const INK = '#10202a';

/** Points of one stroke, in the picture's own measure. */
export type Stroke = [number, number][];

/** Draws the strokes; without any, the name that was typed in their place. */
export function draw(canvas: HTMLCanvasElement, strokes: Stroke[], name: string): void {
  const paper = canvas.getContext('2d');
  if (paper === null) return;
  paper.fillStyle = '#ffffff';
  paper.fillRect(0, 0, WIDTH, HEIGHT);
  paper.fillStyle = paper.strokeStyle = INK;
  paper.lineWidth = LINE;
  paper.lineCap = paper.lineJoin = 'round';
  for (const [first, ...rest] of strokes) {
    if (first === undefined) continue;
    paper.beginPath();
    paper.moveTo(...first);
    for (const point of rest) paper.lineTo(...point);
    paper.stroke();
  }
  if (strokes.length === 0 && name.trim() !== '') write(paper, name.trim());
}

function write(paper: CanvasRenderingContext2D, name: string): void {
  paper.font = `italic 48px Vazirmatn, system-ui, sans-serif`;
  paper.textAlign = 'center';
  paper.textBaseline = 'middle';
  paper.fillText(name, WIDTH / 2, HEIGHT / 2, WIDTH - 48);
}
