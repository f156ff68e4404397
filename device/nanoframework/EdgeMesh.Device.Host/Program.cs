using System;
using EdgeMesh.Device.Host;

return HostOptions.Read(args) switch
{
    null => ExitCodes.Refused,
    { Board: true } options => BoardProcess.Run(options),
    var options => Supervisor.Run(options),
};
