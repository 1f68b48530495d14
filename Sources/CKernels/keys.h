// Candidates as integers: a greater key is a better candidate, the lower item on equal scores.
CK_INLINE uint64_t ck_key(float score, int32_t item) {
    float normal = score + 0.0f; // −0 becomes 0
    uint32_t bits;
    memcpy(&bits, &normal, sizeof bits);
    bits ^= bits >> 31 ? 0xffffffffu : 0x80000000u;
    return (uint64_t)bits << 32 | (uint32_t)~item;
}
