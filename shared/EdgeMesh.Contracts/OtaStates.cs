namespace EdgeMesh.Contracts;

/// <summary>The states of an update, as they stand on the wire and in every list.</summary>
/// <remarks>
/// <c>offered → transferring → verifying → complete</c>, or <c>rejected</c>, or <c>failed</c>: that is the delivery. What follows
/// is the device's to report: <c>applying → confirmed | rolled_back</c>.
/// </remarks>
public static class OtaStates
{
    /// <summary>The hub offers; the device has not answered.</summary>
    public const string Offered = "offered";

    /// <summary>Chunks are on their way.</summary>
    public const string Transferring = "transferring";

    /// <summary>The device has every chunk and checks the image.</summary>
    public const string Verifying = "verifying";

    /// <summary>The device holds the verified image and was told to apply it.</summary>
    public const string Complete = "complete";

    /// <summary>The device refused the offer.</summary>
    public const string Rejected = "rejected";

    /// <summary>The delivery ended without a verified image.</summary>
    public const string Failed = "failed";

    /// <summary>The device runs the image on trial.</summary>
    public const string Applying = "applying";

    /// <summary>The image proved healthy and is the one to boot from now on.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>The image did not prove healthy; the one before it runs again.</summary>
    public const string RolledBack = "rolled_back";

    /// <summary>Whether nothing more follows.</summary>
    public static bool IsFinal(string state) => state == Rejected || state == Failed || state == Confirmed || state == RolledBack;
}
