/** A number as Go's %g prints it. */
export function goFloat(value: number): string {
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  // With the fewest digits that tell the number, Go goes over to exponents at a million and below a ten-thousandth.
  if (value === 0 || (exponent >= -4 && exponent < 6)) return String(value);
  return `${digits}e${power.startsWith('-') ? '-' : '+'}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
}
