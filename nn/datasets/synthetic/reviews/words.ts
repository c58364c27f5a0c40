/** The words of the synthetic reviews, each list with its most frequent words first. */

const list = (words: string): readonly string[] => words.trim().split(/\s+/);

/** Opinions for (`good`) and against (`bad`), as adjectives and as verbs of what the reviewer did. */
export const opinions = {
  good: {
    adjectives: list(`
      good great best excellent wonderful funny beautiful brilliant perfect amazing superb enjoyable fantastic memorable
      hilarious moving clever powerful charming fascinating touching outstanding entertaining gripping impressive
      delightful refreshing terrific stunning solid witty masterful convincing heartfelt compelling graceful inventive
      riveting flawless exquisite splendid luminous magnificent absorbing rewarding uplifting unforgettable sublime`),
    verbs: list('loved enjoyed liked recommend admired adored treasured praised savoured cherished'),
  },
  bad: {
    adjectives: list(`
      bad worst boring terrible awful stupid poor horrible weak dull ridiculous predictable lame pointless disappointing
      annoying cheap silly wooden pathetic dreadful tedious mediocre forgettable laughable clumsy shallow painful lifeless
      incoherent unwatchable bland amateurish sloppy tiresome insulting hollow contrived stale abysmal dismal atrocious
      insipid turgid witless unconvincing unfunny plodding`),
    verbs: list('hated disliked regret avoided endured loathed despised dreaded suffered mocked'),
  },
} as const;

/** What is judged. */
export const aspects = list(`
  movie film story acting plot ending cast script music direction dialogue performance cinematography humour pacing
  soundtrack casting editing action scenery premise climax camera photography screenplay score atmosphere production
  animation narration lighting chemistry costumes opening delivery suspense concept sequel choreography`);

/** What the story is about. */
export const nouns = list(`
  man woman time people life way character girl world family house war night story friend father mother love wife town
  boy brother school city police money killer murder game train letter doctor village island car street army horse
  sister hotel ship secret dream soldier ghost child castle party wedding river prison bank teacher king storm island
  mountain forest circus hospital machine painter garden judge dog neighbour captain mirror fire piano robot fiancée
  detective museum stranger thief bridge lawyer cabin desert radio orphan café dancer tunnel widow factory jungle sailor
  farm submarine lighthouse butler treasure trial vampire wolf monk library carnival journalist`);

export const verbs = list(`
  finds meets follows leaves takes wants sees tells gets makes helps kills saves knows calls hides loses steals watches
  discovers marries remembers chases visits forgets crosses buys trusts escapes hires destroys rescues betrays paints
  builds haunts robs studies burns invents forgives interrupts inherits befriends abandons imitates questions pursues`);

/** Said of anything, for or against nothing. */
export const neutral = list(`
  little old young new long whole big other dark small strange american short early late quiet famous rich foreign
  modern classic lonely french silent black white slow fast loud independent rural local distant japanese surreal gothic
  urban wartime experimental suburban colourful nocturnal`);

export const degrees = list('very really so quite rather pretty truly absolutely simply extremely somewhat thoroughly remarkably surprisingly downright');

const heads = list('ka ri mo ve lu ta so ne ba dri sha po fe gra mi do cha le ru ti wa be ho stra ni jo pla cu ra se');
const middles = list('la ri ne mo ta vi so ge ro mi du pe ca li no ze fa ki re bo si tu ma lle ra di sto ve nda be');
const tails = list('n r s l ck t nd x m rd sk th ne ra vo ly sh ston man berg ville worth dale ling ner ton field mer der son');

/** The long tail: `count` invented words, names and rarities, every one another. */
export function inventedWords(count: number): string[] {
  const stems = heads.length * middles.length;
  return Array.from({ length: count }, (_, i) => {
    // Multiplying by a number without common divisors visits every stem once before any comes again.
    const stem = (i * 7919) % stems;
    const rest = Math.floor(i / stems);
    const word = heads[stem % heads.length] + middles[Math.floor(stem / heads.length)] + tails[(rest + stem) % tails.length];
    const again = Math.floor(rest / tails.length);
    return again === 0 ? word : word + middles[(again + stem) % middles.length] + tails[again % tails.length];
  });
}
