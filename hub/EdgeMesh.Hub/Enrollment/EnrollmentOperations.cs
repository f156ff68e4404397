using System;
using System.Collections.Generic;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>What the hub can be asked about enrolment.</summary>
public sealed class EnrollmentOperations(EnrollmentService enrollments) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<Open, NewEnrollment>(
            "enroll-open", "Makes a PIN or setup code that one device may enrol with; answers it, once.",
            (r, c) => enrollments.OpenAsync(r.Tier, r.Device, r.Type, r.TtlS is double ttl ? TimeSpan.FromSeconds(ttl) : null, c, r.Replaces))
            .Recording("tier", "device", "type", "replaces"),
        Operation.Create<NoParameters, IReadOnlyList<EnrollmentView>>(
            "enroll-list", "Lists the enrolments that are open or ended within the hour, the newest first.", async (_, c) => Result.Of(await enrollments.ListAsync(c).ConfigureAwait(false))).Reading(),
        Operation.Create<NameEnrollment, EnrollmentView>("enroll-show", "Shows one enrolment.", (r, c) => enrollments.ShowAsync(r.Token, c)).Reading(),
        Operation.Create<NameEnrollment, EnrollmentView>("enroll-cancel", "Takes a PIN or code back.", (r, c) => enrollments.CancelAsync(r.Token, c)).Recording("token"),
    ];

    private sealed record Open(string Tier, string? Device = null, string? Type = null, double? TtlS = null, string? Replaces = null);

    private sealed record NameEnrollment(string Token);
}
