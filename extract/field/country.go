package field

// Country returns the ISO 3166-1 alpha-2 code of a country given as alpha-2 or alpha-3 code or by its English name (or
// a common other one), "" when it is unknown. Case and surrounding space do not matter.
func Country(b []byte) string {
	b = trim(b)
	if len(b) < 2 || len(b) > 32 {
		return ""
	}
	var buf [32]byte
	name := buf[:len(b)]
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		name[i] = c
	}
	for len(name) > 0 && name[len(name)-1] == '.' {
		name = name[:len(name)-1]
	}
	if len(name) == 2 {
		return byAlpha2(name)
	}
	lo, hi := 0, len(countryNames)
	for lo < hi {
		mid := (lo + hi) / 2
		switch n := countryNames[mid].name; {
		case n == string(name):
			return countryNames[mid].code
		case n < string(name):
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return ""
}

// alpha2 holds every assigned code, sorted, two letters each.
const alpha2 = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ" +
	"DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJP" +
	"KEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOM" +
	"PAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ" +
	"UAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW"

func byAlpha2(lower []byte) string {
	if string(lower) == "uk" {
		return "GB"
	}
	a, z := lower[0]&^0x20, lower[1]&^0x20
	lo, hi := 0, len(alpha2)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch x, y := alpha2[2*mid], alpha2[2*mid+1]; {
		case x == a && y == z:
			return alpha2[2*mid : 2*mid+2]
		case x < a || x == a && y < z:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return ""
}
