using System;
using EdgeMesh.Hub.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Registers the feature.</summary>
public static class DryRunFeature
{
    /// <summary>Dry runs in the sandbox.</summary>
    public static IServiceCollection AddDryRun(this IServiceCollection services)
    {
        services.AddSettings<DryRunOptions>(DryRunOptions.Section);
        return services.AddSingleton(provider => new DryRunService(
            provider.GetRequiredService<IOptions<DryRunOptions>>().Value, provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }
}
