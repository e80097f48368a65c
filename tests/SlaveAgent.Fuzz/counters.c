/* libFuzzer reads the section of this name as counters of its own. SharpFuzz's hashed branches need 65,536. */
__attribute__((section("__libfuzzer_extra_counters"))) static unsigned char table[65536];

unsigned char *counters(void)
{
    return table;
}
