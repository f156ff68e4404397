namespace EdgeMesh.Protocol.Slots;

/// <summary>How patient a trial is.</summary>
public sealed class TrialOptions
{
    /// <summary>How long the program must run before it counts as healthy, in milliseconds. Default 10 s.</summary>
    public long HealthyAfterMs { get; set; } = 10000;

    /// <summary>How long the hub may be silent before the old slot is tried once, in milliseconds. Default 10 min; six times that before it is tried again.</summary>
    public long HubPatienceMs { get; set; } = 600000;

    /// <summary>Wait before a report that the hub has not answered is repeated, in milliseconds. Default 10 s.</summary>
    public long ReportRetryMs { get; set; } = 10000;
}
