using System.Threading.Tasks;

namespace EdgeMesh.Hub.Hosting;

/// <summary>Whether a part of the hub still does its work. systemd's watchdog is fed only while all do.</summary>
/// <remarks>What a restart would not mend, such as a broker elsewhere that is down, is no reason to say no.</remarks>
public interface ILivenessCheck
{
    /// <summary>The part's name, for the log.</summary>
    string Name { get; }

    /// <summary>Asked from time to time. Not to return is an answer too.</summary>
    /// <returns>Null where it does its work, else what is wrong, in a sentence.</returns>
    Task<string?> ProblemAsync();
}
