namespace EdgeMesh.Hub.Enrollment;

/// <summary>Where an enrolment stands.</summary>
public static class EnrollmentStates
{
    /// <summary>No try is under way.</summary>
    public const string Waiting = "waiting";

    /// <summary>A device is proving the PIN or code.</summary>
    public const string Proving = "proving";

    /// <summary>It has proved it and was sent its identity.</summary>
    public const string Granted = "granted";

    /// <summary>It has its identity: done.</summary>
    public const string Enrolled = "enrolled";

    /// <summary>It ended without: too many tries failed, or the hub could not grant.</summary>
    public const string Failed = "failed";

    /// <summary>Its time ran out.</summary>
    public const string Expired = "expired";

    /// <summary>Somebody took it back.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Whether nothing follows.</summary>
    public static bool IsEnd(string state) => state is Enrolled or Failed or Expired or Cancelled;
}

/// <summary>An enrolment as people see it: without its PIN or code.</summary>
/// <param name="Token">Its token.</param>
/// <param name="Tier"><c>pin</c> or <c>code</c>.</param>
/// <param name="Device">The device's id; empty until there is one.</param>
/// <param name="Type">The device's type; empty until it is known.</param>
/// <param name="State">One of <see cref="EnrollmentStates"/>.</param>
/// <param name="Percent">How much of its work the device has done.</param>
/// <param name="Failed">Tries that failed.</param>
/// <param name="Tries">Failed tries that end it.</param>
/// <param name="Expires">When it runs out, in seconds since 1970-01-01 UTC.</param>
/// <param name="Code">An error code where it ended without success; else empty.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record EnrollmentView(
    string Token, string Tier, string Device, string Type, string State, int Percent, int Failed, int Tries, long Expires, string Code, string Reason);

/// <summary>A new enrolment, shown this once.</summary>
/// <param name="Secret"><c>token-PIN</c> or <c>token-CODE</c>, for the device.</param>
/// <param name="Host">The broker's host, as devices are told it.</param>
/// <param name="Port">The broker's port for an enrolment.</param>
/// <param name="Tls">Whether it is TLS that is spoken there.</param>
/// <param name="Enrollment">The rest.</param>
public sealed record NewEnrollment(string Secret, string Host, int Port, bool Tls, EnrollmentView Enrollment)
{
    /// <summary>Without the secret, which must not get into a log.</summary>
    public override string ToString() => $"NewEnrollment {Enrollment.Token}";
}
