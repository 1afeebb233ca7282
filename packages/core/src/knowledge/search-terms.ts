/** Words so common in English or Spanish that they tell nothing about a text, without accents. */
const stopWords: ReadonlySet<string> = new Set(
  `a about all also am an and any are as at be been but by can could did do does for from had has have he her his how i if
  in into is it its just may me my no nor not of on only or our she should so some such than that the their them then there
  these they this those to too us was we were what when where which while who whom why will with would you your
  al algo algun alguna ante aqui asi aun bien cada como con cual cuales cuando de del desde donde dos e el ella ellas ellos
  en entre era es esa ese eso esta este esto estan fue ha han hay la las le les lo los mas mi mis mucho muy ni nos o os
  otra otro para pero por porque que quien se sea segun ser si sin sobre son su sus tambien tan te tiene todo tras tu tus un
  una uno unos unas y ya yo`.split(/\s+/),
);

/**
 * The words of a text that a search compares: lower case, without accents (whoever types `compresion` finds
 * `compresión`), without what is common in English or Spanish.
 */
export function searchTerms(text: string): string[] {
  const folded = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return folded.split(/[^\p{L}\p{N}]+/u).filter((term) => term !== "" && !stopWords.has(term));
}
