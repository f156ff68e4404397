using System;
using System.Linq;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Operations;
using EdgeMesh.MicroPython.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Registers the feature.</summary>
public static class ProgramFeature
{
    /// <summary>Programs: written of sentences, judged, kept, approved, sent, watched, and gone back from.</summary>
    public static IServiceCollection AddPrograms(this IServiceCollection services)
    {
        services.AddOptions<ProgramOptions>().BindConfiguration(ProgramOptions.Section)
            .Validate(o => o.ProbationS is >= 0 and <= 604_800, "Programs:ProbationS takes 0 to 604800 seconds.")
            .Validate(o => o.FaultsMax is >= 1 and <= 1000, "Programs:FaultsMax takes 1 to 1000.")
            .Validate(o => o.HeapFreeBytesMin is >= 0 and <= 16 * 1024 * 1024, "Programs:HeapFreeBytesMin takes 0 to 16777216.")
            .Validate(o => o.Tolerance is >= 1 and <= 100, "Programs:Tolerance takes 1 to 100.")
            .Validate(o => o.SlackS is >= 0 and <= 3600, "Programs:SlackS takes 0 to 3600 seconds.")
            .Validate(o => o.Types.Values.All(t => ArePins(t.UsedPins)), "Programs:Types:NAME:UsedPins takes pins such as 4,16-18.")
            .ValidateOnStart();
        services.TryAddSingleton<IProgramGenerator, TemplateGenerator>();
        return services.AddSingleton<ProgramGates>().AddSingleton<DeviceRules>().AddSingleton<ProgramStore>().AddSingleton<DeploymentStore>()
            .AddSingleton<IDeviceNote>(s => s.GetRequiredService<DeploymentStore>())
            .AddSingleton<ProgramService>().AddSingleton<ProgramDeployer>()
            // After the updates' service, which takes up what was under way.
            .AddHostedService<ProbationService>()
            .AddSingleton<IOperationSource, ProgramOperations>();
    }

    private static bool ArePins(string text)
    {
        try
        {
            return PolicyData.Pins(text).Count >= 0;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            return false;
        }
    }
}
