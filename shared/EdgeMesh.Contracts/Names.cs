namespace EdgeMesh.Contracts;

/// <summary>The grammar of ids, sites, capabilities and job names: <c>[a-z0-9][a-z0-9_-]{0,31}</c>.</summary>
/// <remarks>No dot and no space, since brokers such as NATS give them a meaning of their own.</remarks>
public static class Names
{
    /// <summary>The grammar as a sentence, for error messages.</summary>
    public const string Grammar = "1 to 32 characters out of a-z, 0-9, '_' and '-', the first a letter or a digit";

    /// <summary>The grammar of versions as a sentence, for error messages.</summary>
    public const string VersionGrammar = "1 to 32 printable ASCII characters, no space and no '@'";

    /// <summary>Whether <paramref name="version"/> is a valid version of an image: it stands in <c>id@version</c>, in logs and on screens.</summary>
    public static bool IsVersion(string? version)
    {
        if (version == null || version.Length == 0 || version.Length > Limits.NameLength)
        {
            return false;
        }

        for (int i = 0; i < version.Length; i++)
        {
            if (version[i] <= ' ' || version[i] > '~' || version[i] == '@')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether <paramref name="name"/> is a valid id.</summary>
    public static bool IsValid(string? name)
    {
        if (name == null || name.Length == 0 || name.Length > Limits.NameLength)
        {
            return false;
        }

        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!alphanumeric && (i == 0 || (c != '_' && c != '-')))
            {
                return false;
            }
        }

        return true;
    }
}
