using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>What the owner reads at the hub and gives the device: <c>token-PIN</c> or <c>token-CODE</c>.</summary>
/// <remarks>
/// The token names the enrolment and is public: it is user name, password and topic at the broker. PIN or code are the secret and never
/// sent. Both are Crockford's base32, where case, hyphens and the likes of O for 0 do not matter.
/// </remarks>
public sealed class EnrollmentSecret
{
    /// <summary>Characters of a token: 40 random bits, so that nobody meets one by trying.</summary>
    public const int TokenLength = 8;

    /// <summary>Characters of a setup code: 130 random bits, so that nobody finds it from a recorded exchange.</summary>
    public const int CodeLength = 26;

    /// <summary>Fewest digits of a PIN.</summary>
    public const int PinLengthMin = 6;

    /// <summary>Most digits of a PIN.</summary>
    public const int PinLengthMax = 8;

    /// <summary>The tier of a PIN: CPace, which a recorded exchange gives nothing away of.</summary>
    public const string Pin = "pin";

    /// <summary>The tier of a setup code: HKDF, which is safe because nobody can try 2^130 codes.</summary>
    public const string Code = "code";

    /// <summary>What the broker's user name and client id of an enrolment begin with; the token follows, which is the password too.</summary>
    public const string UserPrefix = "enroll-";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int GroupLength = 5;

    private EnrollmentSecret(string token, string value)
    {
        Token = token;
        Value = value;
    }

    /// <summary>The public part.</summary>
    public string Token { get; }

    /// <summary>The secret part: digits, or <see cref="CodeLength"/> lower-case characters.</summary>
    public string Value { get; }

    /// <summary><see cref="Pin"/> or <see cref="Code"/>.</summary>
    public string Tier => Value.Length == CodeLength ? Code : Pin;

    /// <summary>User name and client id at the broker.</summary>
    public string User => UserPrefix + Token;

    /// <summary>Draws a new one.</summary>
    /// <param name="crypto">The source of randomness.</param>
    /// <param name="pinLength">Digits of the PIN; 0 for a setup code.</param>
    public static EnrollmentSecret Draw(ICrypto crypto, int pinLength) =>
        new EnrollmentSecret(Characters(crypto, TokenLength), pinLength == 0 ? Characters(crypto, CodeLength) : Digits(crypto, pinLength));

    /// <summary>Reads what somebody typed; null where it is neither.</summary>
    public static EnrollmentSecret? Read(string text)
    {
        string read = "";
        for (int i = 0; i < text.Length && i < 64; i++)
        {
            char c = Canonical(text[i]);
            if (c != '-')
            {
                if (Alphabet.IndexOf(c) < 0)
                {
                    return null;
                }

                read += c.ToString();
            }
        }

        if (text.Length > 64 || read.Length <= TokenLength)
        {
            return null;
        }

        string value = read.Substring(TokenLength);
        bool valid = value.Length == CodeLength || (value.Length >= PinLengthMin && value.Length <= PinLengthMax && IsDigits(value));
        return valid ? new EnrollmentSecret(read.Substring(0, TokenLength), value) : null;
    }

    /// <summary>As it is shown: a code in groups, for people to keep their place. Contains the secret.</summary>
    public string Show()
    {
        string shown = Token;
        int group = Tier == Pin ? Value.Length : GroupLength;
        for (int i = 0; i < Value.Length; i += group)
        {
            shown += "-" + Value.Substring(i, group < Value.Length - i ? group : Value.Length - i);
        }

        return shown;
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => Token;

    private static char Canonical(char c)
    {
        char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        switch (lower)
        {
            case 'o': return '0';
            case 'i':
            case 'l': return '1';
            case ' ': return '-';
            default: return lower;
        }
    }

    private static bool IsDigits(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < '0' || text[i] > '9')
            {
                return false;
            }
        }

        return true;
    }

    private static string Characters(ICrypto crypto, int count)
    {
        byte[] random = crypto.Random(count);
        string text = "";
        for (int i = 0; i < count; i++)
        {
            text += Alphabet[random[i] & 31].ToString();
        }

        return text;
    }

    // Bytes from 250 on are drawn anew: else 0 to 5 would come more often.
    private static string Digits(ICrypto crypto, int count)
    {
        string text = "";
        while (text.Length < count)
        {
            byte drawn = crypto.Random(1)[0];
            if (drawn < 250)
            {
                text += ((char)('0' + (drawn % 10))).ToString();
            }
        }

        return text;
    }
}
