using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Hub.Audit;

/// <summary>One entry of the audit log.</summary>
public sealed record AuditEntry
{
    /// <summary>The hash before the first entry: 64 zeros.</summary>
    public static readonly string NoHash = new('0', 64);

    /// <summary>Its number, from 1, without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>When, in milliseconds since 1970-01-01 UTC by the hub's clock, which may have been wrong.</summary>
    public required long Time { get; init; }

    /// <summary>Who: <see cref="Caller.Actor"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>From where: <see cref="Caller.Origin"/>.</summary>
    public required string Origin { get; init; }

    /// <summary>What: an operation's name, or a feature's event such as <c>certificate-issued</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what: a device's id, a firmware's, a certificate's serial number; empty for the hub as a whole.</summary>
    public required string Subject { get; init; }

    /// <summary><c>ok</c>, or one of <see cref="Contracts.ErrorCodes"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The parameters that are safe to keep, as <c>name=value</c>; never a secret.</summary>
    public required string Detail { get; init; }

    /// <summary>SHA-256 over the hash before and everything above, in hex.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What <see cref="Hash"/> must be after an entry with the hash <paramref name="before"/>.</summary>
    /// <remarks>Each field goes in as a netstring, <c>length:bytes,</c>: no two different entries give the same bytes.</remarks>
    public string HashAfter(string before)
    {
        StringBuilder text = new();
        string[] fields =
        [
            before, Seq.ToString(CultureInfo.InvariantCulture), Time.ToString(CultureInfo.InvariantCulture), Actor, Origin, Action, Subject, Outcome, Detail,
        ];
        foreach (string field in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(field)}:{field},");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>What a check of the whole log found where it is sound.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="First">The number of the oldest; 0 where there is none.</param>
/// <param name="Dropped">How many older ones were dropped for age.</param>
/// <param name="Head">Number and hash of the newest, as <c>seq:hash</c>. Kept elsewhere, it later proves that nothing up to it was rewritten.</param>
public sealed record AuditCheck(long Entries, long First, long Dropped, string Head);
