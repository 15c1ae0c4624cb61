/* bt_token_base64.c: base64url without padding, one text for one value. */

#include "token/bt_token_impl.h"

#define NO  64


static const unsigned char  values[128] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
    NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, 63,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
};


static unsigned
value_of(char c)
{
    unsigned char  u = (unsigned char) c;

    return u < sizeof(values) ? values[u] : NO;
}


long
bt_base64_decode(unsigned char *out, bt_str in)
{
    unsigned char  *p = out;
    unsigned        value, bits = 0;
    uint32_t        group = 0;
    size_t          i;

    if (in.len % 4 == 1) {
        return -1;
    }

    for (i = 0; i < in.len; i++) {
        value = value_of(in.data[i]);
        if (value == NO) {
            return -1;
        }

        group = (group << 6 | value) & 0xffff;
        bits += 6;

        if (bits >= 8) {
            bits -= 8;
            *p++ = (unsigned char) (group >> bits);
        }
    }

    /* unused bits would make several texts of one value */
    if ((group & ((1u << bits) - 1)) != 0) {
        return -1;
    }

    return p - out;
}
