using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Ota;

/// <summary>Registers the feature.</summary>
public static class OtaFeature
{
    /// <summary>Updates over the air.</summary>
    public static IServiceCollection AddOta(this IServiceCollection services)
    {
        services.AddSettings<OtaOptions>(OtaOptions.Section);
        // The mirror listens before the service takes updates up.
        return services.AddSingleton<OtaStore>().AddSingleton<OtaService>()
            .AddSingleton<IFirmwareUse>(s => s.GetRequiredService<OtaService>()).AddSingleton<IImageUse>(s => s.GetRequiredService<OtaStore>())
            .AddHostedService<OtaMirror>()
            .AddHostedService(s => s.GetRequiredService<OtaService>())
            .AddSingleton<IOperationSource, OtaOperations>();
    }
}
