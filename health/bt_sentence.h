/* bt_sentence.h: the sentence above the tabs in words, for whoever is told of it elsewhere. */

#ifndef BT_SENTENCE_H
#define BT_SENTENCE_H

#include "health/bt_health.h"

#define BT_SENTENCE_MAX  4096

typedef enum { BT_ENGLISH, BT_CHINESE, BT_LANGUAGES } bt_language_e;

/* "en", "zh". */
const char *bt_language_name(bt_language_e language);

/* A sentence as it stands in xslt/messages/ under `key` ("risk.STALE"), with
 * {who}, {age}, {n} and {all} where the page puts something in; NULL: none. */
const char *bt_sentence_pattern(bt_language_e language, const char *key);

/* "2 of 24 clusters are at risk."; one risk; both and what is unknown, as on
 * the page.  Names are cut like there, and control characters are spaces. */
void        bt_sentence_verdict(bt_language_e language,
                                const bt_health *health, bt_buf *out);
void        bt_sentence_risk(bt_language_e language, const bt_risk *risk,
                             bt_buf *out);
void        bt_sentence(bt_language_e language, const bt_health *health,
                        bt_buf *out);

#endif
