using System;
using System.Linq;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Operations;
using EdgeMesh.MicroPython.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Registers the feature.</summary>
public static class ProgramsFeature
{
    /// <summary>Programs: written of sentences, judged, kept, approved, sent, watched, and gone back from.</summary>
    public static IServiceCollection AddPrograms(this IServiceCollection services)
    {
        services.AddSettings<ProgramOptions>(ProgramOptions.Section)
            .Validate(o => o.Types.Values.All(t => ArePins(t.UsedPins)), "Programs:Types:NAME:UsedPins takes pins such as 4,16-18.");
        return services.AddSingleton<DeviceRules>().AddSingleton<ProgramStore>().AddSingleton<DeploymentStore>()
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
