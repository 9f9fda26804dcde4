/**
 * Characters that text from outside must not bring to a terminal, a page or a file's name: control characters, what turns
 * the direction of writing or shows nothing (marks, joiners, soft hyphens, tags, fillers), line and paragraph separators,
 * and halves of surrogate pairs.
 */
export const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
