using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Commands;

/// <summary>Registers the feature.</summary>
public static class CommandsFeature
{
    /// <summary>Commands to the programs of devices.</summary>
    public static IServiceCollection AddCommands(this IServiceCollection services)
    {
        services.AddSettings<CommandOptions>(CommandOptions.Section);
        return services.AddSingleton<CommandStore>().AddSingleton<CommandService>()
            .AddHostedService(s => s.GetRequiredService<CommandService>())
            .AddSingleton<IOperationSource, CommandOperations>();
    }
}
