'use strict';
// All that the page says, in Chinese and in English. Names of indicators are those of the official vocabulary.
const WORDS = {
  title: ['松花', 'Songhua'],
  gateway: ['网关', 'gateway'],
  central: ['省级中心', 'provincial centre'],
  footer: ['数据均取自本机接口；初步数可能修订。', 'All figures come from this program’s own API; preliminary ones may be revised.'],
  switch: ['English', '中文'],
  token: ['操作员令牌', 'operator’s token'],
  unreachable: ['无法读取数据，正在重试：', 'No answer from the program, trying again: '],
  none: ['暂无', 'none yet'],
  lines: ['生产线', 'Lines'],
  line: ['生产线', 'Line'],
  state: ['状态', 'State'],
  since: ['自', 'since'],
  online: ['在线', 'online'],
  offline: ['离线', 'offline'],
  stale: ['数据过期', 'stale'],
  unmapped: ['未映射', 'unmapped'],
  output: ['合格产量', 'Good output'],
  product: ['产品', 'Product'],
  today: ['今日', 'Today'],
  yesterday: ['昨日', 'Yesterday'],
  energy: ['能耗', 'Energy'],
  carrier: ['能源', 'Carrier'],
  forwarding: ['上报', 'Forwarding'],
  pending: ['待报', 'Pending'],
  lag: ['延迟', 'Lag'],
  no_forward: ['未配置上报', 'not configured'],
  health: ['缓存与隔离', 'Buffer and quarantine'],
  quarantine: ['隔离', 'Quarantine'],
  reason: ['原因', 'Reason'],
  count: ['数量', 'Count'],
  no_quarantine: ['没有被隔离的数据。', 'Nothing is in quarantine.'],
  industries: ['分行业产值', 'Output by industry'],
  industry: ['行业', 'Industry'],
  growth: ['增速', 'Growth'],
  regions: ['分地区增加值', 'Value added by region'],
  exports: ['分伙伴出口交货值', 'Exports by partner group'],
  partner: ['伙伴', 'Partner'],
  gateways: ['网关', 'Gateways'],
  last_batch: ['最近批次', 'Last batch'],
  course: ['累计增速与目标', 'Cumulative growth against the target'],
  actual: ['累计增速', 'Cumulative growth'],
  target: ['目标增速', 'Target growth'],
  so_far: ['今年以来累计增长', 'So far this year:'],
  month_so_far: ['本月至今', 'This month so far:'],
  for_year: ['，全年目标', 'growth; target of the year'],
  gap: ['，差距', 'with a gap of'],
  at_this_pace: ['按近三期的速度，全年预计', 'At the pace of the last three periods the year ends at'],
  to: ['至', 'to'],
  range_note: ['括号内是今年各期最低与最高增速推得的范围，不是置信区间。', 'In brackets: what the lowest and the highest period of this year would lead to, no confidence interval.'],
  no_target: ['尚无目标或累计增速。', 'No target or cumulative rate yet.'],
  heading: ['按近期速度', 'At the recent pace'],
  highest: ['最高', 'highest'],
  range: ['今年各期范围', 'Range of this year’s periods'],
  month: ['月', 'Month'],
  preliminary: ['初步', 'preliminary'],
  revised: ['修订', 'revised'],
  estimated: ['估算', 'estimated'],
  unknown: ['未知', 'unknown'],
  no_row: ['无此数据', 'no such figure'],
  final: ['最终', 'final'],
  explain: ['点击查看来历', 'click for where it comes from'],
  reading: ['正在读取…', 'reading…'],
  close: ['关闭', 'Close'],
  connected: ['已连接', 'connected'],
  disconnected: ['未连接', 'not connected'],
  no_controller: ['无控制器', 'no controller'],
  part: ['环节', 'Part'],
  away: ['已离线', 'Away'],
  queue: ['等待提交的消息', 'Messages waiting'],
  missed: ['错过的消息', 'Messages missed'],
  uplink: ['上报通道', 'Uplink'],
  refused: ['被拒批次', 'Batches refused'],
  free: ['磁盘剩余', 'Disk free'],
  stored: ['存储占用', 'Store size'],
  families: ['支柱产业产值', 'Output by pillar industry'],
  family: ['产业', 'Industry'],
  products: ['分产品产量和产值', 'Output by product'],
};

const INDICATORS = {
  industrial_value_added: ['工业增加值', 'Value added of industry'],
  value_added_growth_cumulative: ['累计增速', 'Accumulated growth rate'],
  product_output: ['产品产量', 'Output'],
  gross_output_current: ['工业总产值（现价）', 'Gross output value (current prices)'],
  export_delivery_value: ['出口交货值', 'Export delivery value'],
  oee: ['设备综合效率', 'Overall equipment effectiveness'],
  availability: ['可用率', 'Availability'],
  effectiveness: ['有效性', 'Effectiveness'],
  quality_ratio: ['质量率', 'Quality ratio'],
  'target.target_growth_pct': ['目标增速', 'Target growth'],
  'target.gap_pp': ['与目标差距', 'Gap to the target'],
  'target.projected_growth_pct': ['预计全年增速', 'Projected growth'],
  'target.required_growth_rest_pct': ['后期所需增速', 'Growth required in the rest of the year'],
};

const UNITS = {
  'CNY 10k': ['万元', 'CNY 10k'], pp: ['个百分点', 'pp'], Wh: ['瓦时', 'Wh'], dm3: ['立方分米', 'dm³'], kg: ['千克', 'kg'],
  vehicle: ['辆', 'vehicles'], car: ['辆', 'cars'], unit: ['台', 'units'], kWh: ['千瓦时', 'kWh'], m3: ['立方米', 'm³'], 1: ['', ''],
};

const REASONS = {
  no_base: ['没有去年同期基数', 'no figure of last year to compare with'],
  base_not_positive: ['基数不为正', 'the base is not positive'],
  total_change_zero: ['总量没有变化', 'the total did not change'],
  total_not_positive: ['总量不为正', 'the total is not positive'],
  no_output: ['没有产量', 'no output'],
  no_busy_time: ['没有计划运行时间', 'no planned busy time'],
  no_production_time: ['没有生产时间', 'no production time'],
  no_processing_time: ['没有加工时间', 'no processing time'],
  no_failure: ['没有故障', 'no failure'],
  no_equipment: ['没有设备数', 'no equipment reported'],
  no_key_processes: ['没有关键工序数', 'no key processes reported'],
  no_employees: ['没有从业人数', 'number of employees not known'],
  no_labour_time: ['没有工时', 'no labour time'],
  no_capacity: ['没有产能', 'capacity not known'],
  mixed_units: ['产品计量单位不同', 'products have different units'],
  jan_feb_combined: ['一、二月合并发布', 'January and February are published together'],
  year_complete: ['全年已结束', 'the year is complete'],
  confidential: ['涉密不公布', 'confidential'],
  overflow: ['数值超限', 'too large to compute'],
};

const STATES = [
  ['未定义', 'Undefined'], ['清除', 'Clearing'], ['停止', 'Stopped'], ['启动', 'Starting'], ['空闲', 'Idle'],
  ['暂停', 'Suspended'], ['运行', 'Execute'], ['停止中', 'Stopping'], ['中止中', 'Aborting'], ['已中止', 'Aborted'],
  ['保持中', 'Holding'], ['保持', 'Held'], ['解除保持', 'Unholding'], ['暂停中', 'Suspending'], ['解除暂停', 'Unsuspending'],
  ['复位', 'Resetting'], ['完成中', 'Completing'], ['完成', 'Complete'],
];

const CARRIERS = {
  electricity: ['电力', 'Electricity'], natural_gas: ['天然气', 'Natural gas'], steam: ['蒸汽', 'Steam'], water: ['水', 'Water'],
};

// The six families, as groups of products or industries.
const GROUPS = {
  auto: ['汽车', 'Automobiles'], railway: ['轨道客车', 'Railway cars'], laser: ['激光器件', 'Laser devices'],
  synthetic_rubber: ['合成橡胶', 'Synthetic rubber'], fertilizer: ['化肥', 'Fertilizer'], aerospace: ['航天', 'Aerospace'],
};

const QUARANTINE = {
  undecodable: ['无法解码', 'not decodable'], unknown_alias: ['未知别名', 'unknown alias'], future: ['时间在未来', 'time in the future'],
  past: ['时间过早', 'time too early'], negative: ['负数', 'negative'], wrong_datatype: ['类型不符', 'wrong datatype'],
  implausible: ['不可信', 'implausible'], too_large: ['过大', 'too large'],
};

const PARTNERS = {
  northeast_asia: ['东北亚', 'Northeast Asia'], cee: ['中东欧', 'Central and Eastern Europe'], eu27: ['欧盟', 'European Union'],
  eu28: ['欧盟', 'European Union'], asean: ['东盟', 'ASEAN'], hmt: ['港澳台', 'Hong Kong, Macao, Taiwan'],
  belt_and_road: ['一带一路', 'Belt and Road'],
};

const REGIONS = {
  2201: ['长春市', 'Changchun'], 2202: ['吉林市', 'Jilin City'], 2203: ['四平市', 'Siping'], 2204: ['辽源市', 'Liaoyuan'],
  2205: ['通化市', 'Tonghua'], 2206: ['白山市', 'Baishan'], 2207: ['松原市', 'Songyuan'], 2208: ['白城市', 'Baicheng'],
  2224: ['延边州', 'Yanbian'], 22: ['吉林省', 'Jilin Province'],
};

const INDUSTRIES = {
  C26: ['化学原料和化学制品', 'Chemicals'], C36: ['汽车制造', 'Automobiles'],
  C37: ['铁路、船舶、航空航天', 'Railway, ships, aerospace'], C39: ['计算机、通信和电子', 'Computers and electronics'],
};
