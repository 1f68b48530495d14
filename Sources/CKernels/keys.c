// The best keys of a list, by Hoare's selection.
#include "vectors.h"
#include "keys.h"

uint64_t ck_key_of(float score, int32_t item) { return ck_key(score, item); }

float ck_key_score(uint64_t key) {
    uint32_t bits = (uint32_t)(key >> 32);
    bits ^= bits >> 31 ? 0x80000000u : 0xffffffffu;
    float score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

int32_t ck_key_item(uint64_t key) { return (int32_t)~(uint32_t)key; }

void ck_list_exclude(struct ck_list *list, const int32_t *items, int32_t count) {
    list->excluded = items;
    list->excluded_count = count;
    memset(list->filter, 0, sizeof list->filter);
    for (int32_t i = 0; i < count; i++) {
        const uint32_t bit = ck_filter_bit(items[i]);
        list->filter[bit / 64] |= 1ull << bit % 64;
    }
}

void ck_list_compact(struct ck_list *list) {
    if (list->count < list->limit) return;
    uint64_t *keys = list->keys;
    long low = 0, high = list->count - 1;
    const long last = list->limit - 1;
    // Keys differ, so the loop ends with the limit-th greatest in its place and greater ones before it.
    while (low < high) {
        const long middle = low + (high - low) / 2;
        uint64_t a = keys[low], b = keys[middle], c = keys[high];
        const uint64_t pivot = a > b ? (b > c ? b : (a > c ? c : a)) : (a > c ? a : (b > c ? c : b));
        long i = low, j = high;
        while (i <= j) {
            while (keys[i] > pivot) i++;
            while (keys[j] < pivot) j--;
            if (i <= j) {
                uint64_t moved = keys[i];
                keys[i++] = keys[j];
                keys[j--] = moved;
            }
        }
        if (last <= j) {
            high = j;
        } else if (last >= i) {
            low = i;
        } else {
            break;
        }
    }
    list->count = list->limit;
    list->threshold = ck_key_score(keys[last]);
    list->least_norm = list->threshold > 0 ? list->threshold / list->norm : 0;
}
