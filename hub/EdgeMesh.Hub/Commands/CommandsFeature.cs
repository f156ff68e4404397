using System;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Commands;

/// <summary>Registers the feature.</summary>
public static class CommandsFeature
{
    /// <summary>Commands to the programs of devices.</summary>
    public static IServiceCollection AddCommands(this IServiceCollection services)
    {
        services.AddOptions<CommandOptions>().BindConfiguration(CommandOptions.Section)
            .Validate(
                o => o.TimeToLive >= TimeSpan.FromSeconds(1) && o.AnswerTimeout >= TimeSpan.FromSeconds(1) && o.KeepEnded >= TimeSpan.Zero,
                "Commands:TimeToLive and Commands:AnswerTimeout take a second or more, such as 00:01:00, and Commands:KeepEnded a time that is not negative.")
            .Validate(o => o.QueueLength is >= 1 and <= 1000, "Commands:QueueLength takes 1 to 1000.")
            .ValidateOnStart();
        return services.AddSingleton<CommandStore>().AddSingleton<CommandService>()
            .AddHostedService(s => s.GetRequiredService<CommandService>())
            .AddSingleton<IOperationSource, CommandOperations>();
    }
}
