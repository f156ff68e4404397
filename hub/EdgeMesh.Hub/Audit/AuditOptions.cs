using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Audit;

/// <summary>The audit log; configuration section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Audit";

    /// <summary>
    /// Most entries kept, 100 to 10,000,000; some 350 bytes each. Beyond it the oldest tenth is dropped, and the chain goes on from what
    /// was dropped. Default 100,000.
    /// </summary>
    [Range(100, 10_000_000), Setting(Unit = "entries")]
    public long Entries { get; set; } = 100_000;
}
