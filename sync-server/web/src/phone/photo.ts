// Pictures on their way to the client: made smaller, and written as base64.

/** Longer than wide or wider than long: no side is larger. */
const SIDE_MAX = 1_600;
const QUALITY = 0.85;

export type Picture = { mime: string; bytes: string };

/** A photo no larger than the office needs. What the browser cannot draw goes as it is. */
export async function made(file: File): Promise<Picture> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap === undefined) return { mime: file.type || 'application/octet-stream', bytes: await base64(file) };
  const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return picture(canvas, 'image/jpeg');
}

export async function picture(canvas: HTMLCanvasElement, mime: string): Promise<Picture> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, mime, QUALITY));
  if (blob === null) throw new Error('the browser made no picture');
  return { mime, bytes: await base64(blob) };
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
    reader.readAsDataURL(blob);
  });
}
