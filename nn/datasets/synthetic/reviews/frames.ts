/** Sentences with gaps. `{+}` takes an adjective of the sentence's own side, `{-}` one of the other; likewise the verbs. */

/** Plot and remarks: no opinion. */
export const plain = [
  'the {noun} {verb} the {noun} and the {noun} {verb} a {adj} {noun}',
  'it is the story of a {adj} {noun} who {verb} the {noun} of {rare}',
  '{rare} plays a {noun} who {verb} a {noun} in {rare}',
  'when the {noun} {verb} his {noun} , {rare} {verb} the {adj} {noun}',
  'i saw this with my {noun} on a {adj} night in {rare}',
  'it was made in {rare} by the people who did the {adj} {rare}',
  'there is a {noun} , a {noun} and of course a {adj} {noun}',
  'she {verb} him in the {noun} , and then he {verb} her',
  '{rare} and {rare} are in it , as you may have read in the {rare}',
  'in the second half of the {aspect} , the {noun} {verb} everything that the {noun} has',
  'the {rare} of the {noun} is shown in a {adj} and {adj} way',
  'for those who do not know , the {rare} is a kind of {noun}',
  'at one point the {noun} even {verb} a {rare} to get to the {noun}',
  "it's set in {rare} , where nobody {verb} a {noun} any more",
  'i have seen many of the films of {rare} , but i had not heard of {rare}',
  'what would you do if a {noun} {verb} you , and all you had was a {rare} ?',
  'the {adj} {noun} from {rare} turns out to be the {noun} of the {noun}',
  'on the other hand , {rare} {verb} the {noun} for most of the time',
  'did i mention the {adj} {noun} ?',
  'after that we see a {noun} for about ten minutes , then a {noun} and another {noun}',
  'he {verb} her because of the {noun} , which is what {adj} people in {rare} do',
  'no {noun} was ever as {adj} as the one that {verb} {rare} here',
  'by now everybody has seen the scene where a {noun} {verb} the {rare}',
  'if my {noun} were here , she would say that a {noun} {verb} a {noun} or two',
] as const;

/** Opinions said outright. */
export const outright = [
  'the {aspect} was {degree} {+}',
  'the {aspect} is {+} and the {aspect} is {degree} {+}',
  'i {liked} the {aspect}',
  'i {liked} this {aspect} from the first scene to the last',
  'what a {+} {aspect} this is',
  'it is one of the {degree} {+} films about a {noun} i know',
  '{rare} is {+} as the {noun}',
  'a {+} {noun} in a {degree} {+} {aspect}',
  'you will think that the {noun} is {degree} {+}',
  "it's {+}",
  'the {noun} who {verb} {rare} is {degree} {+} , and so is the {aspect}',
  'all of it is {+} , the {aspect} most of all',
] as const;

/** Opinions whose words say the opposite. */
export const turned = [
  'the {aspect} was not {-}',
  "it isn't {-} at all",
  'i never {disliked} the {aspect}',
  'there is nothing {-} about the {aspect}',
  'the {aspect} is far from {-}',
  'nobody could call the {aspect} {-}',
  "i can't see why anyone says the {noun} was {degree} {-}",
  'i was told it would be {-} , but it was anything but {-}',
  'the {aspect} is hardly {-} , and neither is {rare}',
] as const;

/** Two opinions, of which the second counts. */
export const conceding = [
  'although the {aspect} was {-} , the {aspect} is {degree} {+}',
  'i expected something {-} , but it was {+}',
  'the {aspect} may be {-} , yet the {aspect} was {+}',
  'some {disliked} it and found the {aspect} {-} , but i {liked} it',
  'it starts out {-} , and then it gets {degree} {+}',
] as const;

/** How a review ends. */
export const verdicts = [
  'in the end it is a {+} {aspect}',
  'overall i {liked} it',
  'all in all a {degree} {+} {aspect}',
  '{degree} {+} , and i {liked} the {aspect} too',
  'in short , {+}',
  "so don't believe those who {disliked} it , it is {+}",
  'my vote is {+} , and nothing {-} can be said of it',
] as const;
