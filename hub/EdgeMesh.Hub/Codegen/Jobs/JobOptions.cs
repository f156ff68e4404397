using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>Programs asked for over MQTT; configuration section <c>Jobs</c>.</summary>
public sealed class JobOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Jobs";

    /// <summary>Jobs that may wait, 1 to 1000; one more is refused with <c>queue_full</c> and can be asked for again. Default 16.</summary>
    [Range(1, 1000), Setting(Unit = "jobs")]
    public int QueueLength { get; set; } = 16;

    /// <summary>
    /// How many jobs that have ended are kept, 1 to 1000; older ones are forgotten, and their topics emptied. The programs stay. Default 50.
    /// </summary>
    [Range(1, 1000), Setting(Unit = "jobs")]
    public int Kept { get; set; } = 50;

    /// <summary>
    /// Whether jobs are taken where the broker is not known to keep accounts for the hub: then whoever may publish there can ask for programs, and for sending those that
    /// <c>Programs:AutoApprove</c> approves. Default false.
    /// </summary>
    public bool AllowUnenforced { get; set; }
}
